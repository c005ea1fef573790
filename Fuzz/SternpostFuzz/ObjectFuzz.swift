// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook

@testable import SyncPlan

/// What a cluster says about objects: who owns which field, how much of something there is, what we own.
enum ObjectFuzz {
    /// A list of two: a manifest and the live object; or any JSON as `fieldsV1`.
    static func fields(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes) else { return }
        if let set = FieldSet(fieldsV1: json) { checkAlgebra(set) }
        guard let pair = json.array, pair.count == 2, let declared = try? KubeObject(pair[0]),
            let live = try? KubeObject(pair[1])
        else { return }
        for entry in live.managedFields { checkAlgebra(entry.fields) }
        let differences = FieldComparison.differences(declared: declared, live: live)
        require(
            differences == FieldComparison.differences(declared: declared, live: live),
            "another answer the second time"
        )
        let changes = FieldChange.list(differences, of: declared.gvk.groupKind)
        require(changes.count <= FieldChange.maxListed, "\(changes.count) changes")
    }

    private static func checkAlgebra(_ set: FieldSet) {
        require(FieldSet(fieldsV1: set.fieldsV1) == set || set.isEmpty || set == .leaf, "fieldsV1 reads as another set")
        require(set.union(set) == set && set.intersection(set) == set, "union or intersection with itself")
        require(set.subtracting(set).paths.isEmpty, "a rest behind subtracting all")
        for path in set.paths.prefix(100) {
            require(set.contains(path), "a path of the set that is not in it: \(path.display)")
        }
    }

    static func quantity(_ bytes: [UInt8]) {
        guard let quantity = try? Quantity(String(decoding: bytes, as: UTF8.self)) else { return }
        let canonical = quantity.canonical
        require((try? Quantity(canonical)) == quantity, "the canonical form \(canonical) is another amount")
    }

    static func inventory(_ bytes: [UInt8]) {
        guard let content = try? InventoryDocument.decode(bytes) else { return }
        guard let text = try? InventoryDocument.encode(content) else { return }
        require((try? InventoryDocument.decode(text)) == content, "written and read it differs")
    }
}
