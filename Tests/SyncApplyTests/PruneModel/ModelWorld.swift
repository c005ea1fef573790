// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import SyncSource

@testable import SyncApply

/// A random life of two projects on one cluster, or of one whose objects name each other.
struct ModelWorld {
    var cluster = ModelCluster()
    var judge = ModelJudge()
    var projects: [ModelProject] = []
    var dice: ModelDice
    /// Whether objects come to own each other.
    private let hasOwners: Bool
    private let hasNames: Bool
    /// Whether they also do so through objects of kinds that no pass reads.
    private let hasChains: Bool

    static func space(_ name: String) -> ObjectID {
        ObjectID(groupKind: GroupKind.namespace, namespace: "", name: name)
    }

    /// Everything that anybody may declare or make.
    private let universe: [ObjectID]

    private static let between = GroupKind(group: "rbac.authorization.k8s.io", kind: "Role")
    private static let betweenSpaces = GroupKind(group: "rbac.authorization.k8s.io", kind: "ClusterRole")
    private static let plain =
        ["one", "two"].map(space)
        + ["one", "two"].flatMap { space in
            [
                ("ConfigMap", "a"), ("ConfigMap", "b"), ("ConfigMap", "c"), ("ServiceAccount", "s"),
                ("PersistentVolumeClaim", "d"),
            ]
            .map { ObjectID(group: "", kind: $0.0, namespace: space, name: $0.1) }
        }

    /// A binding names an account, and that a Secret.
    private static let namers: [ObjectID] = [
        ObjectID(group: "rbac.authorization.k8s.io", kind: "RoleBinding", namespace: "one", name: "r"),
        ObjectID(group: "", kind: "ServiceAccount", namespace: "one", name: "s"),
        ObjectID(group: "", kind: "Secret", namespace: "one", name: "k"),
    ]

    /// With `hasNames` the life is about objects that others name; without it a seed lives as it did before those came.
    init(seed: UInt64, hasOwners: Bool = true, hasNames: Bool = true, hasChains: Bool = false) throws {
        self.hasOwners = hasOwners
        self.hasChains = hasChains
        self.hasNames = hasNames
        universe = hasNames ? Self.namers + Self.plain.filter { $0.namespace != "two" } : Self.plain
        dice = ModelDice(seed: seed)
        for name in hasNames ? ["first"] : ["first", "second"] {
            let followsTags = dice.oneIn(2)
            let first = commit(0)
            projects.append(
                ModelProject(
                    name: name,
                    applySet: ApplySet(project: name, namespace: "sternpost"),
                    followsTags: followsTags,
                    commits: [first]
                )
            )
        }
        if !dice.oneIn(3) { for space in ["one", "two"] { try cluster.createByHand(Self.space(space), label: nil) } }
    }

    /// Lives for some time; gives what the judge found.
    mutating func live(events: Int) throws -> [String] {
        for _ in 0..<events {
            try happen()
            let index = Int.random(in: 0..<projects.count, using: &dice)
            for _ in 0..<Int.random(in: 1...3, using: &dice) {
                let faults = faults()
                try pass(of: index, faults)
            }
            if !judge.violations.isEmpty { return judge.violations }
        }
        return judge.violations
    }

    private mutating func happen() throws {
        let index = Int.random(in: 0..<projects.count, using: &dice)
        let concerned = hasNames && dice.oneIn(2) ? Self.namers : universe
        let id = concerned.randomElement(using: &dice) ?? Self.space("one")
        if hasNames, dice.oneIn(4) { return wish(id) }
        switch Int.random(in: 0..<(hasChains ? 20 : hasOwners ? 17 : 16), using: &dice) {
        case 0...4:
            let number = projects[index].commits.count
            let next = commit(number)
            projects[index].commits.append(next)
            projects[index].tags.insert(number)
        case 5: lose(index)
        case 6: projects[index].source = projects[index].source == "a#infra" ? "b#infra" : "a#infra"
        case 7:
            if projects[index].tags.count > 1, let newest = projects[index].tags.max() {
                projects[index].tags.remove(newest)
            }
        case 8: projects[index].tags.formUnion(0..<projects[index].commits.count)
        case 9: cluster.edit(id, ["labels", ApplySet.partOfLabel], nil)
        case 10: wish(id)
        case 11: cluster.edit(id, ["annotations"], nil)
        case 12: cluster.edit(id, ["annotations", "argocd.argoproj.io/tracking-id"], "shop:/v1:x")
        case 13: _ = cluster.delete(id)
        case 16:
            let others = cluster.objects.keys.filter { $0.namespace == id.namespace && !id.namespace.isEmpty }.sorted()
            if let owner = others.randomElement(using: &dice) { cluster.own(id, by: owner) }
        case 17...19: try chain(id)
        case 14:
            guard cluster.objects[id] == nil, id.namespace.isEmpty || cluster.objects[Self.space(id.namespace)] != nil
            else { return }
            try cluster.createByHand(id, label: dice.oneIn(2) ? projects[index].applySet.id : nil)
        default: approve(index)
        }
        if dice.oneIn(3) { approve(index) }
    }

    private mutating func wish(_ id: ObjectID) {
        let wishes = [
            ("sternpost.dev/prune", "disabled"), ("sternpost.dev/prune", "no"), ("sternpost.dev/Prune", "disabled"),
            ("sternpost.dev/reconcile", "disabled"), ("helm.sh/resource-policy", "keep"),
        ]
        guard let (key, value) = wishes.randomElement(using: &dice) else { return }
        cluster.edit(id, ["annotations", key], .string(value))
    }

    /// Puts one to three objects of others between an object and an owner of it, which leads nowhere at times.
    private mutating func chain(_ id: ObjectID) throws {
        let others = cluster.objects.keys.filter { $0.namespace == id.namespace }.sorted()
        guard cluster.objects[id] != nil, let top = others.randomElement(using: &dice) else { return }
        var owned = id
        for _ in 0..<Int.random(in: 1...3, using: &dice) {
            let number = Int.random(in: 0..<4, using: &dice)
            let kind = id.namespace.isEmpty ? Self.betweenSpaces : Self.between
            let next = ObjectID(groupKind: kind, namespace: id.namespace, name: "m\(number)")
            if cluster.objects[next] == nil { try cluster.createByHand(next, label: nil) }
            own(owned, by: next)
            owned = next
        }
        own(owned, by: top)
    }

    private mutating func own(_ id: ObjectID, by owner: ObjectID) {
        let isOneMore = dice.oneIn(3)
        cluster.own(id, by: owner, isOneMore: isOneMore, as: dice.oneIn(12) ? "Secret" : nil)
        if dice.oneIn(12) { cluster.own(id, by: owner, isOneMore: true, as: "ConfigMap") }
    }

    private mutating func lose(_ index: Int) {
        guard cluster.parents.removeValue(forKey: projects[index].name) != nil else { return }
        judge.inventoryIsLost(of: projects[index].name)
    }

    private mutating func approve(_ index: Int) {
        guard let hold = projects[index].hold else { return }
        projects[index].approval = hold.hash
        judge.approved(hold.uids, of: hold.commit, projects[index].name)
    }

    private mutating func commit(_ number: Int) -> ModelCommit {
        var wants: [ObjectID: Int] = [:]
        for id in universe where dice.oneIn(id.namespace.isEmpty || Self.namers.contains(id) && hasNames ? 2 : 3) {
            wants[id] = Int.random(in: 0...2, using: &dice)
        }
        // A commit that wants nothing is refused before it is planned.
        if wants.isEmpty { wants[Self.space("one")] = 0 }
        let ids = wants.keys.sorted()
        let invalid = dice.oneIn(5) ? ids.randomElement(using: &dice) : nil
        let leftAlone = dice.oneIn(5) ? ids.randomElement(using: &dice) : nil
        return ModelCommit(
            number: number,
            wants: wants,
            invalid: Set([invalid].compactMap(\.self)),
            leftAlone: Set([leftAlone].compactMap(\.self))
        )
    }

    private mutating func faults() -> ModelFaults {
        var faults = ModelFaults()
        let kinds = Set(universe.map(\.groupKind) + (hasChains ? [Self.between, Self.betweenSpaces] : [])).sorted()
        if dice.oneIn(8), let kind = kinds.randomElement(using: &dice) { faults.unreadable = [kind] }
        if dice.oneIn(5) { for id in universe where dice.oneIn(4) { faults.failing.insert(id) } }
        if dice.oneIn(6) { faults.dies = Int.random(in: 1...12, using: &dice) }
        if dice.oneIn(6) { faults.lateWish = universe.randomElement(using: &dice) }
        return faults
    }
}

extension ModelWorld {
    /// The objects that carry the project's label and were applied by it.
    func mine(_ project: ModelProject) -> [KubeObject] {
        cluster.objects.values.filter {
            $0.label(ApplySet.partOfLabel) == project.applySet.id && $0.managedFields.contains(where: \.isOurApply)
        }
    }

    /// Why this pass must delete nothing, as far as that can be told from outside before it begins.
    func trouble(_ project: ModelProject, _ faults: ModelFaults) -> String? {
        let commit = project.current
        if let id = commit.invalid.min(), !commit.leftAlone.contains(id) { return "\(id) is refused" }
        let concerned = Set(commit.wants.keys.map(\.groupKind)).union(
            mine(project).filter { !judge.wasTold($0.uid ?? "", of: project.name) }.map(\.id.groupKind)
        )
        if let kind = faults.unreadable.first(where: concerned.contains) { return "\(kind) is unreadable" }
        for id in commit.wants.keys.sorted() where !commit.leftAlone.contains(id) {
            guard let live = cluster.objects[id], live.annotation("sternpost.dev/reconcile") != "disabled" else {
                continue
            }
            if let owner = live.label(ApplySet.partOfLabel), owner != project.applySet.id {
                return "\(id) belongs to another project"
            }
            if live.annotation("argocd.argoproj.io/tracking-id") != nil { return "\(id) belongs to another tool" }
        }
        return nil
    }

    /// The inventory as a pass reads it, or finds it again.
    func load(_ project: ModelProject, unreadable: Set<GroupKind>) throws -> Inventory {
        guard let parent = cluster.parents[project.name] else {
            // Where nothing at all is found, a loss cannot be told from a new project; that is not played.
            let readable = mine(project).filter { !unreadable.contains($0.id.groupKind) }
            let found = readable.isEmpty ? mine(project) : readable
            let members = found.map { ($0.id, Inventory.Member(uid: $0.uid, doubt: .lost)) }
            return Inventory(
                applySet: project.applySet,
                members: Dictionary(members) { first, _ in first },
                unseenKinds: found.isEmpty ? [] : unreadable,
                isRebuilt: !found.isEmpty
            )
        }
        let content = try InventoryDocument.decode(parent.document)
        return Inventory(
            applySet: project.applySet,
            members: content.members,
            unseenKinds: content.unseenKinds.intersection(parent.kinds),
            ref: parent.ref
        )
    }

    mutating func store(_ inventory: Inventory, _ project: ModelProject) throws {
        cluster.parents[project.name] = .init(
            document: try InventoryDocument.encode(
                .init(members: inventory.members, unseenKinds: inventory.unseenKinds)
            ),
            kinds: Set(inventory.members.keys.map(\.groupKind)).union(inventory.unseenKinds),
            ref: inventory.ref
        )
    }
}
