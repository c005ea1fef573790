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
                    found += try await objectsWithOwners(resource)
                } catch {
                    unread[kind] = "\(error)"
                }
            }
        }
        return .read(found, unread: unread)
    }

    /// Those of one kind that have owners; metadata only.
    func objectsWithOwners(_ resource: APIResource) async throws(KubeError) -> [KubeObject] {
        try await client.list(resource, metadataOnly: true) { $0.hasOwners ? $0 : nil }.kept
    }
}
