// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What becomes of Namespaces and definitions, whose deletion takes other objects along, and of what owns objects that
/// stay: one that holds anything that is declared, kept, let go by wish or another tool's stays as well.
struct ContainerFates {
    /// The fates that are other than those of the members for themselves.
    private(set) var fates: [ObjectID: PrunePlanner.Fate] = [:]
    /// For each container among the steps, what is known to go along beside the steps. Ascending by container.
    private(set) var along: [GoingAlong] = []

    /// What goes along with one container.
    struct GoingAlong {
        let container: ObjectID
        /// Ascending; without what is deleted on its own.
        let objects: [ObjectID]
        /// Nil when nobody has looked into it.
        let notLookedAt: [GroupKind: String]?
    }

    private let planner: PrunePlanner
    /// The first reason why a namespace, or the definition of a kind, or an owner stays.
    private var byNamespace: [String: String] = [:]
    private var byKind: [GroupKind: String] = [:]
    private var byOwner: [String: String] = [:]

    init(planner: PrunePlanner, members: [ObjectID: PrunePlanner.Fate]) {
        self.planner = planner
        for id in planner.declared {
            pin(id, "it holds objects that are declared", "objects of the kind that it defines are declared")
            pinOwners(of: planner.live.objects[id]?.whole, "\(id), which it owns, is declared")
        }
        for (id, fate) in members.sorted(by: { $0.key < $1.key }) {
            switch fate {
            case .release(let reason), .keep(let reason): stays(id, reason, planner.live.objects[id]?.whole)
            case .ending(let reason): ends(id, reason)
            case .delete, .gone: break
            }
        }
        pinByStrangers(members)
        decide(members)
    }

    /// Notes that an object stays, so that what it is in, what defines it and what owns it must stay.
    private mutating func stays(_ id: ObjectID, _ reason: String, _ object: KubeObject?) {
        pin(id, "it holds \(id), which stays: \(reason)", "\(id) of the kind that it defines stays: \(reason)")
        pinOwners(of: object, "\(id), which it owns, stays: \(reason)")
    }

    /// The garbage collector takes an object along with the last of its owners.
    private mutating func pinOwners(of object: KubeObject?, _ reason: String) {
        for owner in object?.metadata["ownerReferences"]?.array ?? [] {
            guard let uid = owner["uid"]?.string, byOwner[uid] == nil else { continue }
            byOwner[uid] = reason
        }
    }

    /// A definition waits for the last of its objects; a Namespace empties itself.
    private mutating func ends(_ id: ObjectID, _ reason: String) {
        if byKind[id.groupKind] == nil { byKind[id.groupKind] = "\(id) of the kind that it defines: \(reason)" }
    }

    private mutating func pin(_ id: ObjectID, _ inNamespace: String, _ ofKind: String) {
        if !id.namespace.isEmpty, byNamespace[id.namespace] == nil { byNamespace[id.namespace] = inNamespace }
        if byKind[id.groupKind] == nil { byKind[id.groupKind] = ofKind }
    }

    /// Objects with our label that are no members, as one that was let go earlier, and what was found in the containers.
    private mutating func pinByStrangers(_ members: [ObjectID: PrunePlanner.Fate]) {
        let labelled = planner.live.objects.values.compactMap(\.whole).filter {
            planner.inventory.members[$0.id] == nil
        }
        let found = planner.live.contents.values.flatMap(\.objects)
        for object in (labelled + found).sorted(by: { $0.id < $1.id }) {
            let id = object.id
            guard members[id] == nil, !planner.isDeclared(id) else { continue }
            if object.deletionTimestamp != nil {
                ends(id, "it \(object.deletionText)")
            } else if let objection = SyncAnnotation.objection(of: object) {
                stays(id, "it \(objection.reason)", object)
            } else if case .other(let owner) = Ownership.of(
                object,
                for: planner.inventory.applySet,
                owners: planner.live.owners
            ), !isControlled(object) {
                stays(id, "it belongs to \(owner)", object)
            }
        }
    }

    private func isControlled(_ object: KubeObject) -> Bool {
        object.metadata["ownerReferences"]?.array?.contains { $0["controller"]?.bool == true } == true
    }

    private mutating func decide(_ members: [ObjectID: PrunePlanner.Fate]) {
        var going: Set<String> = []
        var containers: [PruneStep] = []
        for (id, fate) in members {
            guard case .delete(let step) = fate else { continue }
            if let reason = reasonToStay(step) {
                fates[id] = .keep(reason)
            } else {
                going.insert(step.uid)
                if PrunePlanner.isContainer(id) { containers.append(step) }
            }
        }
        along = containers.sorted { $0.id < $1.id }.map { step in
            let contents = planner.live.contents[step.id]
            let objects = contents?.ownObjects.filter { !going.contains($0.uid ?? "") }.map(\.id).sorted()
            return GoingAlong(container: step.id, objects: objects ?? [], notLookedAt: contents?.notLookedAt)
        }
    }

    private func reasonToStay(_ step: PruneStep) -> String? {
        if let reason = byOwner[step.uid] { return reason }
        switch step.id.groupKind {
        case KindOrder.namespace:
            if step.id.name == planner.inventory.applySet.parent.namespace {
                return "it holds this project's own inventory"
            }
            return byNamespace[step.id.name]
        case KindOrder.customResourceDefinition:
            let kinds = Set(CustomResource.resources(definedBy: step.live).map(\.gvk.groupKind))
            return kinds.sorted().lazy.compactMap { byKind[$0] }.first
        default: return nil
        }
    }
}
