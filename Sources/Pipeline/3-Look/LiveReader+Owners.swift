// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

/// Finding the names of the ApplySets of others, whose label on an object holds only a hash.
extension LiveReader {
    /// More are left with their ids.
    private static let maxOwners = 20
    /// The kinds that kubectl takes as parents beside custom resources.
    private static let parentKinds = ["Secret", "ConfigMap"]

    /// The names of the ApplySets, other than ours, whose label these objects bear; by id.
    ///
    /// Without the right to look for a parent, or without one, an ApplySet keeps its id: the name is for people only.
    func owners(of objects: [KubeObject], catalog: APICatalog) async -> [String: String] {
        let ids = Set(objects.compactMap { $0.label(ApplySet.partOfLabel) }).subtracting([applySet.id]).sorted {
            $0.precedesInByteOrder($1)
        }
        var names: [String: String] = [:]
        for kind in Self.parentKinds where ids.prefix(Self.maxOwners).contains(where: { names[$0] == nil }) {
            guard case .served(let resource) = catalog.lookup(GroupKind(group: "", kind: kind)) else { continue }
            let selector = "\(ApplySet.idLabel) in (\(ids.prefix(Self.maxOwners).joined(separator: ",")))"
            do throws(KubeError) {
                for parent in try await client.list(resource, labelSelector: selector, metadataOnly: true).objects {
                    guard let id = parent.label(ApplySet.idLabel), ApplySet(parent: parent.id).id == id else {
                        continue
                    }
                    names[id] = InventoryParent.name(of: parent)
                }
            } catch {
                continue
            }
        }
        return names
    }
}
