// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

/// The Namespaces and definitions that other objects own, and that the garbage collector deletes with these.
package enum OwnedContainers: Sendable {
    /// No plan has asked for them.
    case unasked
    /// Their metadata, and why those of a kind are not known.
    case read([KubeObject], unread: [GroupKind: String])
}

extension LiveReader {
    /// The Namespaces and definitions that have owners: one list of metadata for each of both.
    func ownedContainers(in live: LiveSet) async -> OwnedContainers {
        var found: [KubeObject] = []
        var unread: [GroupKind: String] = [:]
        for kind in [GroupKind.namespace, GroupKind.customResourceDefinition] {
            switch live.catalog.lookup(kind) {
            case .unknown: continue
            case .unavailable(let reason): unread[kind] = "its API group did not answer: \(reason)"
            case .served(let resource):
                do throws(KubeError) {
                    found += try await ownedObjects(resource)
                } catch {
                    unread[kind] = "\(error)"
                }
            }
        }
        return .read(found, unread: unread)
    }

    /// What has changed of these since a plan was made: one that has come with an owner, or has got one more.
    ///
    /// - Parameters:
    ///   - planned: Those with owners that there were.
    ///   - unread: The kinds that could not be listed then; they are left out.
    /// - Returns: The first that has changed, or why that is not known; a sentence without its end. Nil for no change.
    package func changeOfOwnedContainers(since planned: [KubeObject], besides unread: Set<GroupKind>) async -> String? {
        let before = Dictionary(planned.map { ($0.uid ?? "", Set($0.ownerLinks)) }) { first, _ in first }
        for resource in [APIResource.namespaces, .customResourceDefinitions] {
            let kind = resource.gvk.groupKind
            guard !unread.contains(kind) else { continue }
            let now: [KubeObject]
            do throws(KubeError) {
                now = try await ownedObjects(resource)
            } catch {
                return "it may own a \(kind), and these could not be listed again: \(error)"
            }
            for object in now.sorted(by: { $0.id < $1.id }) where object.deletionTimestamp == nil {
                // The garbage collector takes away references to owners that are gone.
                guard let owners = before[object.uid ?? ""], owners.isSuperset(of: object.ownerLinks) else {
                    return "\(object.id) has got an owner since the plan was made"
                }
            }
        }
        return nil
    }

    private func ownedObjects(_ resource: APIResource) async throws(KubeError) -> [KubeObject] {
        try await client.list(resource, metadataOnly: true) { $0.hasOwners ? $0 : nil }.kept
    }
}
