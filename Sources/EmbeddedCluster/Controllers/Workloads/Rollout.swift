// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// A Deployment with its ReplicaSets, as one call of its controller sees them.
struct Rollout {
    /// What happened to the newest ReplicaSet in this call, for the `Progressing` condition.
    enum Progress {
        case created(String)
        case found(String)
    }

    let deployment: KubeObject
    /// The ReplicaSet of the present template, or nil.
    private(set) var newest: KubeObject?
    /// The others, the oldest first.
    private(set) var old: [KubeObject]
    private(set) var progress: Progress?
    /// How often the name of the next ReplicaSet was found taken.
    private(set) var collisions: Int64

    init(_ deployment: KubeObject, in context: ControllerContext, progress: Progress? = nil) {
        self.deployment = deployment
        self.progress = progress
        collisions = deployment.status?["collisionCount"]?.int ?? 0
        let sets = context.list(.replicaSets, controlledBy: deployment)
            .sorted { ($0.created, $0.name) < ($1.created, $1.name) }
        let template = Rollout.bare(deployment.spec?["template"])
        let newest = sets.first { Rollout.bare($0.spec?["template"]) == template }
        self.newest = newest
        old = sets.filter { $0.uid != newest?.uid }
    }

    var all: [KubeObject] { old + (newest.map { [$0] } ?? []) }
    var wanted: Int64 { deployment.spec?["replicas"]?.int ?? 1 }

    var maxUnavailable: Int64 {
        guard deployment.json.string(at: "spec", "strategy", "type") != "Recreate" else { return 0 }
        let rolling = deployment.spec?["strategy"]?["rollingUpdate"]
        let surge = CountOrPercent.value(rolling?["maxSurge"], of: wanted, roundsUp: true, missing: 1)
        let value = CountOrPercent.value(rolling?["maxUnavailable"], of: wanted, roundsUp: false, missing: 0)
        return min(wanted, surge == 0 && value == 0 ? 1 : value)
    }

    var maxSurge: Int64 {
        guard deployment.json.string(at: "spec", "strategy", "type") != "Recreate" else { return 0 }
        let rolling = deployment.spec?["strategy"]?["rollingUpdate"]
        return CountOrPercent.value(rolling?["maxSurge"], of: wanted, roundsUp: true, missing: 1)
    }

    /// The template without the label that tells the ReplicaSets apart.
    private static func bare(_ template: JSON?) -> JSON? {
        var result = template
        result?[["metadata", "labels", "pod-template-hash"]] = nil
        return result
    }
}

extension Rollout {
    /// Makes the ReplicaSet of the present template when there is none.
    mutating func ensureNewReplicaSet(in context: ControllerContext) throws(StatusError) {
        if let newest {
            progress = .found(newest.name)
            return
        }
        let template = deployment.spec?["template"] ?? .null
        let hash = StableHash.suffix(of: template, collisions: collisions)
        do throws(StatusError) {
            newest = try context.client.create(replicaSet(hash: hash))
        } catch {
            guard error.reason == "AlreadyExists" else { throw error }
            let count = collisions + 1
            let key = ControllerResource.deployments.key(deployment.namespace, deployment.name)
            try context.updateStatus(key) { $0["collisionCount"] = .int(count) }
            throw error
        }
        progress = .created(newest?.name ?? "")
    }

    private func replicaSet(hash: String) -> JSON {
        var template = deployment.spec?["template"] ?? .object(JSONObject())
        template[["metadata", "labels", "pod-template-hash"]] = .string(hash)
        var selector = deployment.spec?["selector"] ?? .object(JSONObject())
        selector[["matchLabels", "pod-template-hash"]] = .string(hash)
        var spec: JSON = ["replicas": 0, "selector": selector, "template": template]
        spec["minReadySeconds"] = deployment.spec?["minReadySeconds"]
        return [
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": [
                "name": .string("\(deployment.name)-\(hash)"), "namespace": .string(deployment.namespace),
                "labels": template["metadata"]?["labels"] ?? .null, "annotations": inheritedAnnotations,
                "ownerReferences": [OwnerReference.controller(deployment)],
            ],
            "spec": spec,
        ]
    }

    /// The Deployment's annotations that its ReplicaSets carry too.
    private var inheritedAnnotations: JSON {
        let own = [
            "kubectl.kubernetes.io/last-applied-configuration", DeploymentReconciler.revisionKey,
            "deployment.kubernetes.io/revision-history", "deployment.kubernetes.io/desired-replicas",
            "deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to",
        ]
        let members = deployment.json.members(at: "metadata", "annotations").filter { !own.contains($0.key) }
        return .object(JSONObject(members))
    }

    /// Gives the newest ReplicaSet the highest revision, and the Deployment the same.
    mutating func numberRevisions(in context: ControllerContext) throws(StatusError) {
        guard let newest else { return }
        let highest = old.map(Rollout.revision).max() ?? 0
        let present = Rollout.revision(newest)
        let text = JSON.string(String(present > highest ? present : highest + 1))
        let key = ControllerResource.replicaSets.key(newest.namespace, newest.name)
        let inherited = inheritedAnnotations.object ?? JSONObject()
        self.newest = try context.client.mutate(key) { json in
            for member in inherited { json[["metadata", "annotations", member.key]] = member.value }
            json[["metadata", "annotations", DeploymentReconciler.revisionKey]] = text
        }
        let path = ["metadata", "annotations", DeploymentReconciler.revisionKey]
        guard deployment.json[path] != text else { return }
        let deploymentKey = ControllerResource.deployments.key(deployment.namespace, deployment.name)
        try context.client.mutate(deploymentKey, subresource: "status") { $0[path] = text }
    }

    private static func revision(_ set: KubeObject) -> Int64 {
        set.annotation(DeploymentReconciler.revisionKey).flatMap { Int64($0) } ?? 0
    }

    /// Deletes the oldest ReplicaSets without pods, beyond `spec.revisionHistoryLimit`.
    func forgetOldRevisions(in context: ControllerContext) throws(StatusError) {
        let limit = deployment.spec?["revisionHistoryLimit"]?.int ?? 10
        let idle = old.filter { set in
            set.spec?["replicas"]?.int == 0 && set.status?["replicas"]?.int == 0 && !set.isBeingDeleted
                && set.generation == set.status?["observedGeneration"]?.int
        }
        let surplus = Int64(old.count) - limit
        guard surplus > 0 else { return }
        for set in idle.sorted(by: { Rollout.revision($0) < Rollout.revision($1) }).prefix(Int(surplus)) {
            try context.client.delete(ControllerResource.replicaSets.key(set.namespace, set.name), uid: set.uid)
        }
    }
}
