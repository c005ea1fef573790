// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Chooses which of the objects in a container are kept, when there are many. A list that is begun again gives the same
/// choice.
struct ContentSieve {
    private let applySet: ApplySet
    private let limit: Int
    private let witnesses: ContainerContents.Witnesses
    private var uids: Set<String> = []
    /// The witnesses that no object beyond the limit has been yet.
    private var wanted = Set(ContainerContents.Witness.allCases)
    /// Whether there were more than the limit.
    private(set) var isFull = false

    /// Why what was kept is not all that there is; nil when it is.
    var problem: String? { isFull ? "there are more than \(limit) objects, and only these were looked at" : nil }

    init(applySet: ApplySet, limit: Int, witnesses: @escaping ContainerContents.Witnesses) {
        self.applySet = applySet
        self.limit = limit
        self.witnesses = witnesses
    }

    /// The object as it is returned; nil for one that is left out.
    mutating func keeps(_ object: KubeObject) -> KubeObject? {
        let uid = object.uid ?? "\(object.id)"
        if !uids.contains(uid), uids.count >= limit, !isTelling(object) {
            isFull = true
            return nil
        }
        uids.insert(uid)
        var small = object
        if object.label(ApplySet.partOfLabel) != applySet.id { small.json[["metadata", "managedFields"]] = nil }
        return small
    }

    private mutating func isTelling(_ object: KubeObject) -> Bool {
        isFull = true
        guard !wanted.isEmpty, let witness = witnesses(object, wanted) else { return false }
        wanted.remove(witness)
        return true
    }
}
