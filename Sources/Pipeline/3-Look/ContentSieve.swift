// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Chooses which of the objects in a container are kept, when there are many: all of this project, and as many as the limit
/// of those that were put there on purpose, and of those that follow from others. A list that is begun again gives the same
/// choice.
struct ContentSieve {
    private let applySet: ApplySet
    private let followers: FollowerRule
    private let limit: Int
    private let witnesses: ContainerContents.Witnesses
    private var uids: Set<String> = []
    private var uidsOfFollowers: Set<String> = []
    /// The witnesses that no object beyond the limit has been yet.
    private var wanted = Set(ContainerContents.Witness.allCases)
    /// Whether there were more than the limit of those that were put there on purpose.
    private(set) var isFull = false

    /// Why what was kept is not all that there is; nil when it is.
    var problem: String? { isFull ? "there are more than \(limit) objects, and only these were looked at" : nil }

    init(
        applySet: ApplySet,
        limit: Int,
        followers: FollowerRule = .anyController,
        witnesses: @escaping ContainerContents.Witnesses
    ) {
        self.followers = followers
        self.applySet = applySet
        self.limit = limit
        self.witnesses = witnesses
    }

    /// The object as it is returned; nil for one that is left out.
    mutating func keeps(_ object: KubeObject) -> KubeObject? {
        let isOurs = object.label(ApplySet.partOfLabel) == applySet.id
        // Most of those were read by the pass, too.
        if isOurs, followers.isOwn(object, going: []) { return object }
        guard hasRoom(for: object) || isTelling(object) else { return nil }
        var small = object
        if !isOurs { small.json[["metadata", "managedFields"]] = nil }
        return small
    }

    /// What follows from other objects, such as the Pods of a workload, is not missed: it comes and goes by itself.
    private mutating func hasRoom(for object: KubeObject) -> Bool {
        let uid = object.uid ?? "\(object.id)"
        // What goes as well is not known yet; what somebody made by hand is not crowded out.
        let rooms = followers == .ofWhatGoes ? .anyController : followers
        guard rooms.isOwn(object, going: []) else {
            let hasRoom =
                uidsOfFollowers.contains(uid)
                || uidsOfFollowers.count < limit && uidsOfFollowers.insert(uid).inserted
            if !hasRoom, followers == .ofWhatGoes { isFull = true }
            return hasRoom
        }
        if uids.contains(uid) || uids.count < limit && uids.insert(uid).inserted { return true }
        isFull = true
        return false
    }

    private mutating func isTelling(_ object: KubeObject) -> Bool {
        let follows = followers.follows(object, going: [])
        guard !wanted.isEmpty, let witness = witnesses(object, follows, wanted) else { return false }
        wanted.remove(witness)
        return true
    }
}
