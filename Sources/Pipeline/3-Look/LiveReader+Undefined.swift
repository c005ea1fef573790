// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

extension LiveReader {
    /// The kinds of inventory members that discovery does not show and that neither a CustomResourceDefinition defines nor
    /// an APIService promises any more.
    ///
    /// A kind whose definition is still there, whose group another server is to serve, or of which neither can be read,
    /// becomes unreadable: its objects may be there although nobody serves them now.
    func undefinedKinds(_ findings: inout Findings) async -> Set<GroupKind> {
        let catalog = findings.scope.catalog
        let unseen = findings.scope.unseenKinds.filter { $0.kind != UnseenKinds.wildcard }
        let unknown = findings.scope.memberKinds.union(unseen).filter { catalog.lookup($0) == .unknown }
        guard !unknown.isEmpty else { return [] }
        guard case .served(let resource) = catalog.lookup(GroupKind.customResourceDefinition) else {
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
            let promised = Dictionary(try await promises(catalog).map { ($0.group, $0.name) }) { first, _ in first }
            for kind in unknown {
                if let name = defined[kind] {
                    findings.markUnreadable(
                        kind,
                        KubeError(
                            reason: .notFound,
                            message: "its definition \(name) is there, and discovery does not show it"
                        )
                    )
                } else if let name = promised[kind.group] {
                    findings.markUnreadable(
                        kind,
                        KubeError(reason: .notFound, message: "the APIService \(name) is there and does not serve it")
                    )
                }
            }
            return unknown.filter { defined[$0] == nil && promised[$0.group] == nil }
        } catch {
            for kind in unknown { findings.markUnreadable(kind, error) }
            return []
        }
    }

    /// A version of a group that a server behind this one is to serve.
    struct Promise {
        let group: String
        let version: String
        /// Of its APIService.
        let name: String
    }

    /// What APIServices promise of servers behind this one.
    func promises(_ catalog: APICatalog) async throws(KubeError) -> [Promise] {
        let kind = GroupKind(group: "apiregistration.k8s.io", kind: "APIService")
        guard case .served(let resource) = catalog.lookup(kind) else { return [] }
        return try await client.list(resource).objects.compactMap { object in
            guard object.spec?["service"]?.object != nil, let group = object.spec?["group"]?.string else { return nil }
            return Promise(group: group, version: object.spec?["version"]?.string ?? "", name: object.name)
        }
    }
}
