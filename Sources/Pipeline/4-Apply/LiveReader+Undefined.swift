// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

extension LiveReader {
    /// The kinds of inventory members that discovery does not show and that no CustomResourceDefinition defines any more.
    ///
    /// A kind whose definition is still there, or whose definitions cannot be read, becomes unreadable: its objects may
    /// be there although nobody serves them now.
    func undefinedKinds(
        of inventory: Inventory,
        catalog: APICatalog,
        _ findings: inout Findings
    ) async -> Set<GroupKind> {
        let unknown = Set(inventory.members.keys.map(\.groupKind)).filter { catalog.lookup($0) == .unknown }
        guard !unknown.isEmpty else { return [] }
        let definition = GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition")
        guard case .served(let resource) = catalog.lookup(definition) else {
            for kind in unknown {
                findings.markUnreadable(
                    kind,
                    KubeError(reason: .notFound, message: "the API server serves neither it nor any definitions")
                )
            }
            return []
        }
        do throws(KubeError) {
            let definitions = try await client.list(resource).objects
            var defined: [GroupKind: String] = [:]
            for object in definitions {
                guard let kind = object.definedKind else { continue }
                defined[kind] = object.name
            }
            for kind in unknown {
                guard let name = defined[kind] else { continue }
                findings.markUnreadable(
                    kind,
                    KubeError(reason: .notFound, message: "its definition \(name) is there and serves no version")
                )
            }
            return unknown.filter { defined[$0] == nil }
        } catch {
            for kind in unknown { findings.markUnreadable(kind, error) }
            return []
        }
    }
}
