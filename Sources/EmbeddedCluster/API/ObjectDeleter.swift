// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterControllers
import ClusterSchema
import ClusterStore
import KubeObjects

/// Deletes objects: preconditions, finalizers for the garbage collector, grace periods, and the answer.
struct ObjectDeleter: Sendable {
    /// What a deletion gives back.
    enum Outcome: Sendable {
        /// The object is gone.
        case removed(KubeObject)
        /// The object is marked, and goes when its finalizers or its grace period end.
        case pending(KubeObject)
    }

    let machinery: APIMachinery
    let resource: RegisteredResource
    let options: DeleteOptions

    private var rules: KindRules { KindRules(resource) }

    /// Deletes one object.
    func delete(namespace: String, name: String) throws(StatusError) -> Outcome {
        let key = resource.key(namespace: namespace, name: name)
        while true {
            guard let stored = machinery.store.object(key) else { throw .notFound(resource.groupResource, name) }
            let live = stored.converted(to: resource)
            try checkPreconditions(live)
            _ = try machinery.webhooks.review(live.json, "DELETE", isDryRun: options.isDryRun)
            do throws(StoreError) {
                return try delete(stored, live: live, at: key)
            } catch {
                continue
            }
        }
    }

    private func delete(_ stored: KubeObject, live: KubeObject, at key: ObjectKey) throws(StoreError) -> Outcome {
        let marked = marked(stored)
        if marked.json == stored.json { return .pending(live) }
        if Finalization.isComplete(marked) {
            guard !options.isDryRun else { return .removed(live) }
            let last = try machinery.store.remove(stored, at: key)
            machinery.didWrite(last)
            return .removed(last.converted(to: resource))
        }
        guard !options.isDryRun else { return .pending(marked.converted(to: resource)) }
        return .pending(try machinery.store.replace(stored, with: marked, at: key).converted(to: resource))
    }

    private func checkPreconditions(_ live: KubeObject) throws(StatusError) {
        let subject = GroupResource(group: resource.gvk.group, resource: resource.gvk.kind)
        if let uid = options.uid, uid != live.uid {
            throw .conflict(
                subject,
                live.name,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(live.uid ?? "")). The object "
                    + "might have been deleted and then recreated"
            )
        }
        if let version = options.resourceVersion, version != live.resourceVersion {
            throw .conflict(
                subject,
                live.name,
                "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record "
                    + "(\(live.resourceVersion ?? "")). The object might have been modified"
            )
        }
    }

    /// The object as the deletion marks it; unchanged when it is already being deleted and nothing is to be shortened.
    private func marked(_ stored: KubeObject) -> KubeObject {
        var result = stored
        let isGraceful = stored.gvk.groupKind == GroupKind(group: "", kind: "Pod")
        let isNamespace = stored.gvk.groupKind == GroupKind(group: "", kind: "Namespace")
        let isDefinition = ObjectConversion.table(of: resource) == CustomDefinition.resource
        let now = ClusterTime.now
        let wanted = isGraceful ? gracePeriod(of: stored) : 0
        if stored.deletionTimestamp != nil {
            let left = stored.metadata["deletionGracePeriodSeconds"]?.int ?? 0
            guard wanted < left else {
                return isGraceful || isNamespace ? result : withCollectorFinalizers(result)
            }
        } else if let generation = stored.generation, !isDefinition {
            result.json[["metadata", "generation"]] = .int(generation + 1)
        }
        if stored.deletionTimestamp == nil || wanted == 0 {
            result.json[["metadata", "deletionTimestamp"]] = .string(now.advanced(by: .seconds(wanted)).text)
        }
        if !isNamespace, !isDefinition { result.json[["metadata", "deletionGracePeriodSeconds"]] = .int(wanted) }
        if isNamespace { result.json[["status", "phase"]] = "Terminating" }
        if isDefinition, stored.deletionTimestamp == nil, !stored.finalizers.contains(CustomDefinition.finalizer) {
            let finalizers = stored.finalizers + [CustomDefinition.finalizer]
            result.json[["metadata", "finalizers"]] = .array(finalizers.map(JSON.string))
        }
        return withCollectorFinalizers(result)
    }

    /// Seconds that a pod gets: what is asked, else its own; none when it has ended or runs nowhere.
    private func gracePeriod(of pod: KubeObject) -> Int64 {
        let phase = pod.status?["phase"]?.string
        let isBound = !(pod.spec?["nodeName"]?.string ?? "").isEmpty
        if phase == "Succeeded" || phase == "Failed" || !isBound { return 0 }
        let asked = options.gracePeriodSeconds ?? pod.spec?["terminationGracePeriodSeconds"]?.int ?? 30
        return asked < 0 ? 1 : asked
    }

    /// The object with `orphan` or `foregroundDeletion` among its finalizers, as the propagation asks.
    private func withCollectorFinalizers(_ object: KubeObject) -> KubeObject {
        guard rules.hasGarbageCollection else { return object }
        let current = object.finalizers
        let isOrphaning =
            options.propagation.map { $0 == .orphan }
            ?? (current.contains("orphan") || (rules.orphansByDefault && !current.contains("foregroundDeletion")))
        let isForeground =
            options.propagation.map { $0 == .foreground } ?? current.contains("foregroundDeletion")
        var finalizers = current.filter { $0 != "orphan" && $0 != "foregroundDeletion" }
        if isOrphaning { finalizers.append("orphan") }
        if isForeground, !isOrphaning { finalizers.append("foregroundDeletion") }
        guard Set(finalizers) != Set(current) else { return object }
        var result = object
        result.json[["metadata", "finalizers"]] = finalizers.isEmpty ? nil : .array(finalizers.map(JSON.string))
        return result
    }
}

extension ObjectDeleter.Outcome {
    /// The answer's document: the object while it is pending and for kinds that always answer so, else a `Status`.
    func json(_ resource: RegisteredResource) -> JSON {
        switch self {
        case .pending(let object): return object.json
        case .removed(let object):
            if KindRules(resource).returnsDeletedObject { return object.json }
            return [
                "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
                "details": StatusError.Details(
                    name: object.name,
                    group: resource.gvk.group,
                    kind: resource.plural,
                    uid: object.uid ?? ""
                ).json,
            ]
        }
    }
}
