// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// What stays because objects that stay need it: the Namespace that holds one, the definition of its kind, what owns it, and
/// what it names. An object stays that is declared, kept, released, or another tool's.
struct StayingObjects {
    /// The members whose fate differs from what they would have on their own.
    private(set) var fates: [ObjectID: PrunePlanner.Fate] = [:]
    /// Members that an object needs which no later pass may see: one that is released, or is no member.
    private(set) var needed: Set<ObjectID> = []
    /// Owners of which it is not known what owns them: that may be among the steps.
    private(set) var gaps = Gaps()

    /// References that nobody has followed, or that could not be followed; one for each owner.
    struct Gaps {
        /// Above what stays.
        var aboveStaying: [OwnerLink] = []
        /// Above what would be deleted, which may have to stay in the end; without those above what stays.
        var aboveSteps: [OwnerLink] = []
        /// Above Namespaces and definitions that are neither declared nor members.
        var aboveContainers: [OwnerLink] = []
    }

    private let planner: PrunePlanner
    private let followers: FollowerRule
    /// The uids of what would be deleted first, as far as nothing is known to need it.
    private var going: Set<String>
    /// The objects of definitions that are looked at here, which are no members; ascending.
    private var ofDefinitions: [KubeObject] = []
    /// The references above what stays.
    private var above: [OwnerLink] = []
    /// Owners above what stays, above what stays for good, and above what no later pass may see.
    private var climbed: Set<OwnerLink.Owner> = []
    private var climbedForGood: Set<OwnerLink.Owner> = []
    private var climbedInPassing: Set<OwnerLink.Owner> = []
    /// The first reason why what an object needs stays.
    private var reasons: [Pin: String] = [:]
    /// What stays until git or a person changes something, however many passes there are.
    private var lasting: Set<Pin> = []
    /// Pins by objects that no later pass may see.
    private var passing: Set<Pin> = []
    /// Everything that stays, in the order in which that was found.
    private var pinned: [Pin] = []

    /// What cannot be deleted.
    private enum Pin: Hashable {
        case namespace(String)
        case kind(GroupKind)
        /// The object with this uid.
        case owner(String)
        /// What an object names that may go on using it.
        case named(ObjectID)
    }

    init(planner: PrunePlanner, members: [ObjectID: PrunePlanner.Fate]) {
        self.planner = planner
        followers = planner.followers
        going = Self.steps(of: members).uidsOfFirst
        let home = planner.inventory.applySet.parent.namespace
        pin(.namespace(home), "it holds this project's own inventory", lasts: true)
        for id in planner.declared {
            pin(.namespace(id.namespace), "it holds objects that are declared", lasts: true)
            pin(.kind(id.groupKind), "objects of the kind that it defines are declared", lasts: true)
        }
        pinOwners(of: planner.inventory.applySet.parent, nil, "holds this project's own inventory", lasts: true)
        let follows = planner.graph.followsContainers
        let owned = planner.declared.filter { follows || planner.live.objects[$0]?.whole?.hasOwners == true }
        for id in owned.sorted() {
            pinOwners(of: id, planner.live.objects[id]?.whole, "is declared", lasts: true)
        }
        for refused in planner.refused where refused.reason.isOptOut {
            pinNamed(
                by: planner.live.objects[refused.id]?.whole,
                "\(refused.id) is left alone as it asks, and names it",
                lasts: true
            )
        }
        // A refused manifest may mean one of these, in whatever namespace.
        let namesakes = planner.inventory.members.keys.filter {
            planner.isDeclared($0) && !planner.declared.contains($0)
        }
        for id in namesakes.sorted() {
            stays(id, "a manifest of its kind and name is refused", planner.live.objects[id]?.whole)
        }
        for (id, fate) in members.sorted(by: { $0.key < $1.key }) {
            let object = planner.live.objects[id]?.whole
            switch fate {
            case .release(let reason), .spare(let reason, isMember: false):
                stays(id, reason, object, lasts: true, passes: !planner.isDeclaredOtherwise(object))
            case .remain(let reason), .spare(let reason, isMember: true): stays(id, reason, object, lasts: true)
            case .keep(let reason): stays(id, reason, object)
            case .ending(let reason, _): ends(id, reason, object)
            case .delete, .gone: break
            }
        }
        pinByNonMembers(members)
        needed = passedNeeds()
        decide(members)
    }

    /// The members that git no longer declares and that objects need which no later pass may see; also those that stay now
    /// for a reason of their own, which may end.
    private func passedNeeds() -> Set<ObjectID> {
        Set(
            planner.inventory.members.lazy.filter { id, member in
                guard !planner.declared.contains(id) else { return false }
                let uid = planner.live.objects[id]?.uid ?? member.uid
                return passing.contains(.named(id)) || uid.map { passing.contains(.owner($0)) } == true
            }.map(\.key)
        )
    }

    /// Notes that an object stays, so that what it is in, what defines it, what owns it and what it names must stay:
    /// `lasts` until git or a person changes something; when it `passes`, a later pass may not see it.
    private mutating func stays(
        _ id: ObjectID,
        _ reason: String?,
        _ object: KubeObject?,
        lasts: Bool = false,
        passes: Bool = false
    ) {
        let why = reason.map { ": \($0)" } ?? ""
        pin(.namespace(id.namespace), "it holds \(id), which stays\(why)", lasts: lasts)
        pin(.kind(id.groupKind), "\(id) of the kind that it defines stays\(why)", lasts: lasts)
        pinOwners(of: id, object, "stays\(why)", lasts: lasts)
        pinNamed(by: object, "\(id) stays, and names it", lasts: lasts)
        guard passes, let object else { return }
        passing.formUnion(References.named(by: object).map(Pin.named))
        let above = planner.graph.climb(planner.graph.links(of: id, object), besides: &climbedInPassing)
        passing.formUnion(above.map { Pin.owner($0.owner.uid) })
    }

    private mutating func pinNamed(by object: KubeObject?, _ reason: String, lasts: Bool) {
        guard let object else { return }
        for id in References.named(by: object) { pin(.named(id), reason, lasts: lasts) }
    }

    /// The garbage collector takes an object along with the last of its owners, and that with the last of its own, whoever
    /// has them.
    private mutating func pinOwners(of id: ObjectID, _ object: KubeObject?, _ predicate: String, lasts: Bool) {
        let links = planner.graph.links(of: id, object)
        let above =
            lasts
            ? planner.graph.climb(links, besides: &climbedForGood) : planner.graph.climb(links, besides: &climbed)
        self.above += above
        for link in above where !link.isOfContainer {
            let reason =
                if link.owned == id {
                    "\(id), which it owns, \(predicate)"
                } else if link.owned.groupKind == GroupKind.namespace, link.owned.name == id.namespace {
                    "\(link.owned), which it owns, holds \(id), which \(predicate)"
                } else if link.owned.groupKind == GroupKind.customResourceDefinition,
                    link.owned.name.hasSuffix(".\(id.group)")
                {
                    "\(link.owned), which it owns, defines the kind of \(id), which \(predicate)"
                } else {
                    "\(id), which goes along with it, \(predicate)"
                }
            pin(.owner(link.owner.uid), reason, lasts: lasts)
            let owner = link.owner.id
            let why = "\(owner) of the kind that it defines owns \(link.owned)"
            switch planner.graph.ancestor(link.owner) {
            // Before anything is deleted it is looked for; until then a definition is taken for one that may go.
            case nil, .gone: break
            case .exists(_, let isEnding): pin(.kind(owner.groupKind), why, lasts: lasts && !isEnding)
            case .unknown: pin(.kind(owner.groupKind), why, lasts: lasts)
            }
        }
    }

    private mutating func findGaps(above steps: [PruneStep]) {
        var known = climbed.union(climbedForGood)
        let links = steps.flatMap { planner.graph.links(of: $0.id, $0.live) }
        let aboveSteps = planner.graph.climb(links, besides: &known)
        // What is in no namespace is owned by what is in none.
        let goesBeyond = steps.contains(where: \.id.namespace.isEmpty)
        func matters(_ link: OwnerLink) -> Bool {
            planner.graph.isGap(link.owner) && (goesBeyond || !link.owned.namespace.isEmpty)
        }
        var learnt: Set<OwnerLink.Owner> = []
        gaps.aboveStaying = above.filter { matters($0) && learnt.insert($0.owner).inserted }
        gaps.aboveSteps = aboveSteps.filter(matters)
    }

    /// A definition waits for the last of its objects, and what one names is used until it is gone; a Namespace empties
    /// itself.
    private mutating func ends(_ id: ObjectID, _ reason: String, _ object: KubeObject?) {
        pin(.kind(id.groupKind), "\(id) of the kind that it defines: \(reason)", lasts: false)
        pinNamed(by: object, "\(id) is still being deleted, and names it", lasts: false)
    }

    private mutating func pin(_ pin: Pin, _ reason: String, lasts: Bool) {
        if case .namespace("") = pin { return }
        if lasts { lasting.insert(pin) }
        guard reasons[pin] == nil else { return }
        reasons[pin] = reason
        pinned.append(pin)
    }

    /// Marks what objects outside of the inventory keep: those with our label that are not members, such as one that
    /// was released earlier, and those that were found in the containers.
    private mutating func pinByNonMembers(_ members: [ObjectID: PrunePlanner.Fate]) {
        let labelled = planner.live.objects.values.compactMap(\.whole).filter {
            planner.inventory.members[$0.id] == nil
        }
        let found = planner.live.contents.values.flatMap(\.objects)
        let unread = Set(labelled.map(\.id)).subtracting(found.map(\.id))
        let definitions = planner.live.contents.values.filter { $0.followers == .ofWhatGoes }
        let defined = Set(definitions.lazy.flatMap(\.objects).map(\.id))
        for object in (labelled + found).sorted(by: { $0.id < $1.id }) {
            let id = object.id
            let passes = unread.contains(id)
            guard members[id] == nil, !planner.declared.contains(id) else { continue }
            if planner.isDeclared(id) {
                stays(id, "a manifest of its kind and name is refused", object)
            } else if object.deletionTimestamp != nil {
                ends(id, "it \(object.deletionText)", object)
            } else if let objection = objection(
                of: object,
                defined.contains(id) ? .ofWhatGoes : followers,
                besides: going
            ) {
                stays(id, objection, object, lasts: true, passes: passes)
            } else if defined.contains(id) {
                ofDefinitions.append(object)
            }
        }
    }

    /// What stays takes nothing along: what it controls is judged once more.
    ///
    /// - Returns: Whether something stays that did not before.
    private mutating func judgeAgain(_ steps: [PruneStep]) -> Bool {
        let before = going
        going = steps.filter { fates[$0.id] == nil }.uidsOfFirst
        guard going != before else { return false }
        let judged = ofDefinitions.compactMap { object in
            objection(of: object, .ofWhatGoes, besides: going).map { (object, $0) }
        }
        for (object, objection) in judged { stays(object.id, objection, object, lasts: true) }
        let ids = Set(judged.map(\.0.id))
        ofDefinitions.removeAll { ids.contains($0.id) }
        return !judged.isEmpty
    }

    private static func steps(of members: [ObjectID: PrunePlanner.Fate]) -> [PruneStep] {
        var steps: [PruneStep] = []
        for case .delete(let step) in members.values { steps.append(step) }
        return steps.sorted { $0.id < $1.id }
    }

    /// Why an object that is no member must not go along with anything; a sentence without its end. What follows from another
    /// one is behind no border, and its marks are copies.
    private func objection(of object: KubeObject, _ followers: FollowerRule, besides going: Set<String>) -> String? {
        if let objection = SyncAnnotation.objection(of: object) { return "it \(objection.reason)" }
        if followers.isOwn(object, going: going), let objection = planner.policy.border.objection(to: object) {
            return "it \(objection.reason)"
        }
        let owner = Ownership.of(
            object,
            for: planner.inventory.applySet,
            owners: planner.live.owners,
            countsController: false
        )
        guard case .other(let owner) = owner, !followers.follows(object, going: going) else { return nil }
        return "it belongs to \(owner)"
    }

    private mutating func decide(_ members: [ObjectID: PrunePlanner.Fate]) {
        let steps = Self.steps(of: members)
        for (container, _) in planner.ownedContainers(of: steps) {
            guard let objection = objection(of: container, .ofWhatGoes, besides: []) else { continue }
            stays(container.id, objection, container, lasts: true)
        }
        repeat { keepWhatIsPinned(of: steps) } while judgeAgain(steps)
        findGaps(above: steps.filter { fates[$0.id] == nil })
        gaps.aboveContainers = planner.gapsAboveContainers
    }

    /// Keeps the steps that something else needs, and whatever those need in turn: what owns, holds or defines a kept
    /// object. Each step is checked once for each object that may need it.
    private mutating func keepWhatIsPinned(of steps: [PruneStep]) {
        var places: [Pin: [PruneStep]] = [:]
        for step in steps { for pin in pins(of: step) { places[pin, default: []].append(step) } }
        var next = 0
        while next < pinned.count {
            for step in places[pinned[next]] ?? [] where fates[step.id] == nil {
                let its = pins(of: step)
                guard let reason = its.compactMap({ reasons[$0] }).first else { continue }
                let lasts = its.contains(where: lasting.contains)
                fates[step.id] = lasts ? .remain(reason) : .keep(reason)
                stays(step.id, nil, step.live, lasts: lasts)
            }
            next += 1
        }
    }

    /// The pins that keep a step once one of them is there: on itself as an owner or by name, and on what it contains or
    /// defines. Not on the accounts of a binding: rights that git takes away go, whoever uses them.
    private func pins(of step: PruneStep) -> [Pin] {
        let pins: [Pin] = [.owner(step.uid), .named(step.id)]
        switch step.id.groupKind {
        case GroupKind.namespace: return pins + [.namespace(step.id.name)]
        case GroupKind.customResourceDefinition: return pins + (step.live.definedKind.map { [.kind($0)] } ?? [])
        default: return pins
        }
    }
}
