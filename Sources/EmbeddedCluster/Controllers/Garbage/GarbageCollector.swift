// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import KubeObjects

/// Deletes objects whose owners are gone, and carries out foreground deletion and orphaning.
struct GarbageCollector: Reconciler {
    /// Sees every resource, also those of custom resource definitions.
    let watched: [GroupResource] = []

    /// The dependents of each owner, by the owner's uid.
    private var dependents: [String: Set<ObjectKey>] = [:]
    /// The owners of each dependent, as indexed.
    private var owners: [ObjectKey: [String]] = [:]
    /// The uid at each key, so that an object's end is noticed.
    private var uids: [ObjectKey: String] = [:]
    /// The key of each uid.
    private var places: [String: ObjectKey] = [:]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        let isEvent = event.key.resource == ControllerResource.events.groupResource
        return isEvent ? [] : [event.key]
    }

    mutating func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        let object = context.client.object(key)
        let former = owners[key] ?? []
        index(key, object)
        if let known = uids[key], known != object?.uid {
            uids[key] = nil
            places[known] = nil
            for dependent in dependents[known] ?? [] { try collect(dependent, in: context) }
        }
        for uid in former where object?.ownerReferences.contains(where: { $0.uid == uid }) != true {
            try finishOwner(uid, in: context)
        }
        guard let object, let uid = object.uid else { return nil }
        uids[key] = uid
        places[uid] = key
        if object.isBeingDeleted {
            if object.finalizers.contains("orphan") { try orphan(key, object, in: context) }
            if object.finalizers.contains("foregroundDeletion") { try deleteForeground(key, object, in: context) }
        }
        try collect(key, in: context)
        return nil
    }

    private mutating func index(_ key: ObjectKey, _ object: KubeObject?) {
        let now = object?.ownerReferences.map(\.uid) ?? []
        let before = owners[key] ?? []
        guard now != before else { return }
        for uid in before where !now.contains(uid) {
            dependents[uid]?.remove(key)
            if dependents[uid]?.isEmpty == true { dependents[uid] = nil }
        }
        for uid in now { dependents[uid, default: []].insert(key) }
        owners[key] = now.isEmpty ? nil : now
    }

    private enum OwnerState {
        case present(KubeObject)
        case absent
        /// Nobody serves the owner's kind, so nothing is known of it.
        case unknown
    }

    private func state(of owner: OwnerReference, namespace: String, in context: ControllerContext) -> OwnerState {
        guard let resource = context.client.resources.resource(owner.gvk) else { return .unknown }
        let key = resource.key(namespace: namespace, name: owner.name)
        guard let object = context.client.object(key), object.uid == owner.uid else { return .absent }
        return .present(object)
    }

    /// Deletes an object when none of its owners is left, or when an owner's foreground deletion waits for it.
    private func collect(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) {
        guard let object = context.client.object(key), !object.ownerReferences.isEmpty, !object.isBeingDeleted
        else { return }
        var isKept = false
        var isAwaited = false
        var absent: Set<String> = []
        for owner in object.ownerReferences {
            switch state(of: owner, namespace: object.namespace, in: context) {
            case .unknown: isKept = true
            case .absent: absent.insert(owner.uid)
            case .present(let present):
                let isLeaving = present.isBeingDeleted && present.finalizers.contains("foregroundDeletion")
                if isLeaving { isAwaited = true } else { isKept = true }
            }
        }
        if isKept {
            guard !absent.isEmpty else { return }
            try context.client.mutate(key) { json in removeOwners(absent, from: &json) }
        } else {
            let hasDependents = !(dependents[object.uid ?? ""] ?? []).isEmpty
            let propagation: DeletionPropagation = isAwaited && hasDependents ? .foreground : .background
            try context.client.delete(key, uid: object.uid, propagation: propagation)
        }
    }

    private func removeOwners(_ uids: Set<String>, from json: inout JSON) {
        let kept = json.items(at: "metadata", "ownerReferences").filter { !uids.contains($0["uid"]?.string ?? "") }
        json[["metadata", "ownerReferences"]] = kept.isEmpty ? nil : .array(kept)
    }

    /// Sets the dependents free, then lets the object go.
    private func orphan(_ key: ObjectKey, _ object: KubeObject, in context: ControllerContext) throws(StatusError) {
        guard let uid = object.uid else { return }
        for dependent in dependents[uid] ?? [] {
            try context.client.mutate(dependent) { json in removeOwners([uid], from: &json) }
        }
        try removeFinalizer("orphan", key, in: context)
    }

    /// Deletes the dependents; lets the object go when none is left that blocks it.
    private func deleteForeground(
        _ key: ObjectKey,
        _ object: KubeObject,
        in context: ControllerContext
    ) throws(StatusError) {
        guard let uid = object.uid else { return }
        for dependent in dependents[uid] ?? [] { try collect(dependent, in: context) }
        let isBlocked = (dependents[uid] ?? []).contains { dependent in
            let owners = context.client.object(dependent)?.ownerReferences ?? []
            return owners.contains { $0.uid == uid && $0.blocksDeletion }
        }
        if !isBlocked { try removeFinalizer("foregroundDeletion", key, in: context) }
    }

    /// Looks again at an owner that may wait for its last dependent.
    private func finishOwner(_ uid: String, in context: ControllerContext) throws(StatusError) {
        guard let key = places[uid], let owner = context.client.object(key), owner.uid == uid, owner.isBeingDeleted,
            owner.finalizers.contains("foregroundDeletion")
        else { return }
        try deleteForeground(key, owner, in: context)
    }

    private func removeFinalizer(_ name: String, _ key: ObjectKey, in context: ControllerContext) throws(StatusError) {
        try context.client.mutate(key) { json in
            let kept = json.items(at: "metadata", "finalizers").filter { $0.string != name }
            json[["metadata", "finalizers"]] = kept.isEmpty ? nil : .array(kept)
        }
    }
}
