// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan

/// Judges deletions by what has really happened, and knows nothing of how they are decided.
struct ModelJudge {
    /// What a pass is, as far as the judge is concerned.
    struct Pass {
        let project: String
        let source: String
        let commit: ModelCommit
        /// Why nothing at all may be deleted; nil when nothing went wrong so far.
        var trouble: String?
        /// Deleted without a person's yes so far.
        var unapproved = 0
        /// How many may be.
        var limit: Int
        /// The incarnations that this pass deletes on their own, each of which is judged whichever way it goes.
        var planned: Set<String> = []
    }

    /// What a person has seen and said yes to.
    struct Yes {
        let commit: Int
        let uids: Set<String>
    }

    private(set) var violations: [String] = []
    /// Who has applied an incarnation, and from which source last.
    private var applied: [String: [String: String]] = [:]
    /// Incarnations of which nobody has confirmed that git's silence means anything.
    private var unconfirmed: [String: Set<String>] = [:]
    /// Incarnations that were said to leave the inventory.
    private var told: [String: Set<String>] = [:]
    /// Incarnations that an object needs which left the inventory and stays.
    private var needed: [String: Set<String>] = [:]
    /// Incarnations that left the inventory because they ask to be kept, although they named one of the project.
    private var letGo: [String: Set<String>] = [:]
    private var syncedTag: [String: Int] = [:]
    private var yes: [String: Yes] = [:]

    /// Whether anybody asks for the object to stay.
    static func isWanted(_ object: KubeObject) -> Bool {
        ["sternpost.dev/prune", "sternpost.dev/Prune", "sternpost.dev/reconcile", "helm.sh/resource-policy"]
            .contains { object.annotation($0) != nil }
    }

    private static func isForeign(_ object: KubeObject) -> Bool {
        object.annotation("argocd.argoproj.io/tracking-id") != nil
    }

    mutating func wasApplied(_ uid: String, by project: String, from source: String) {
        applied[uid, default: [:]][project] = source
        unconfirmed[project]?.remove(uid)
        told[project]?.remove(uid)
        needed[project]?.remove(uid)
        letGo[project]?.remove(uid)
    }

    /// An object left the inventory, and is there.
    mutating func released(_ user: KubeObject, by project: ModelProject, in objects: [ObjectID: KubeObject]) {
        let name = project.name
        let uid = user.uid ?? ""
        let isOurs = user.label(ApplySet.partOfLabel) == project.applySet.id && applied[uid]?[name] != nil
        for id in ModelCommit.named(by: user) {
            guard let named = objects[id]?.uid, applied[named]?[name] != nil, !wasTold(named, of: name) else {
                continue
            }
            if project.current.wants[id] == nil { needed[name, default: []].insert(named) }
            if isOurs, Self.isWanted(user), !Self.isForeign(user) { letGo[name, default: []].insert(uid) }
        }
        wasTold(uid, name)
    }

    mutating func inventoryIsLost(of project: String) {
        needed[project] = nil
        unconfirmed[project] = Set(applied.filter { $0.value[project] != nil }.keys)
    }

    /// The pass has begun to write for this tag; nil when the project follows a branch.
    mutating func synced(_ project: String, tag: Int?, declared: Set<String>, repositoryHas: (Int) -> Bool) {
        guard let tag else { return }
        if let newest = syncedTag[project], tag < newest, !repositoryHas(newest) {
            let mine = applied.filter { $0.value[project] != nil }.keys
            unconfirmed[project, default: []].formUnion(Set(mine).subtracting(declared))
        }
        syncedTag[project] = tag
    }

    private mutating func wasTold(_ uid: String, _ project: String) { told[project, default: []].insert(uid) }

    func wasTold(_ uid: String, of project: String) -> Bool { told[project]?.contains(uid) == true }

    mutating func approved(_ uids: Set<String>, of commit: Int, _ project: String) {
        yes[project] = Yes(commit: commit, uids: uids)
    }

    /// A pass has deleted an object: what is `gone` with it, and which `objects` are left.
    mutating func deletes(
        _ target: KubeObject,
        _ gone: [KubeObject],
        _ pass: inout Pass,
        label: String,
        leaving objects: [ObjectID: KubeObject]
    ) {
        if let trouble = pass.trouble { complain("\(target.id) is deleted although \(trouble)") }
        for object in gone { judge(object, target, &pass, label) }
        for object in gone where needed[pass.project]?.contains(object.uid ?? "") == true {
            complain("\(object.id) is deleted although what left the inventory needs it")
        }
        // What is declared and names something that is not is the commit's fault.
        let users = objects.values.filter {
            let uid = $0.uid ?? ""
            return $0.label(ApplySet.partOfLabel) == label && applied[uid]?[pass.project] != nil
                && (!wasTold(uid, of: pass.project) || letGo[pass.project]?.contains(uid) == true && Self.isWanted($0))
                && pass.commit.wants[$0.id] == nil && !pass.planned.contains(uid)
        }
        for user in users.sorted(by: { $0.id < $1.id }) {
            let named = ModelCommit.named(by: user)
            for object in gone where named.contains(object.id) {
                complain("\(object.id) is deleted although \(user.id) stays and names it")
            }
        }
    }

    private mutating func judge(_ object: KubeObject, _ target: KubeObject, _ pass: inout Pass, _ label: String) {
        let uid = object.uid ?? ""
        let given = yes[pass.project]
        let isApproved = given?.commit == pass.commit.number && given?.uids.contains(uid) == true
        let isInside = target.id.groupKind == GroupKind.namespace && object.namespace == target.name
        let isByOwner = object.id != target.id && !isInside
        // Who says of an object that was never ours, or is not any more, that it goes with one of ours has decided that.
        let isOurs =
            object.label(ApplySet.partOfLabel) == label && applied[uid]?[pass.project] != nil
            && told[pass.project]?.contains(uid) != true
        if isByOwner, !isOurs, !object.ownerLinks.isEmpty { return }
        if Self.isWanted(object) { complain("\(object.id) is deleted although it is to be kept") }
        if Self.isForeign(object) { complain("\(object.id) is deleted although it is another tool's") }
        if let owner = object.label(ApplySet.partOfLabel), owner != label {
            complain("\(object.id) is deleted although it is another project's")
        }
        if pass.commit.wants[object.id] != nil { complain("\(object.id) is deleted although it is declared") }
        guard object.id == target.id || isByOwner && pass.planned.contains(uid) else {
            if !isApproved { complain("\(object.id) goes along with \(target.id), and nobody was told") }
            return
        }
        guard let source = applied[uid]?[pass.project] else {
            complain("\(object.id) is deleted although this project never applied it")
            return
        }
        if object.label(ApplySet.partOfLabel) == nil { complain("\(object.id) is deleted without our label") }
        if isApproved { return }
        pass.unapproved += 1
        if pass.unapproved > pass.limit { complain("\(pass.unapproved) objects are deleted, more than \(pass.limit)") }
        if source != pass.source { complain("\(object.id) of \(source) is deleted by \(pass.source)") }
        if unconfirmed[pass.project]?.contains(uid) == true { complain("\(object.id) is deleted unconfirmed") }
        if ["Namespace", "PersistentVolumeClaim"].contains(object.id.kind) {
            complain("\(object.id) is deleted without a yes")
        }
    }

    /// After a pass that came to its end: whatever of ours is there is a member, is told to be none, or may be of a kind
    /// that nobody could look through.
    mutating func looksForOrphans(
        _ project: String,
        in objects: [ObjectID: KubeObject],
        label: String,
        members: Set<ObjectID>,
        unseen: Set<GroupKind>
    ) {
        for (id, object) in objects.sorted(by: { $0.key < $1.key }) {
            guard let uid = object.uid, applied[uid]?[project] != nil, object.label(ApplySet.partOfLabel) == label,
                !members.contains(id), !unseen.contains(id.groupKind), told[project]?.contains(uid) != true
            else { continue }
            complain("\(id) is orphaned in silence")
        }
    }

    private mutating func complain(_ text: String) { violations.append(text) }
}
