// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// What an object cannot exist or start without, among the objects of the same commit: its namespace, its definition,
/// and, for what does not exist yet, what its pods or its role reference name.
struct Dependencies {
    private let byID: [ObjectID: ResolvedManifest]
    private let refused: [ObjectID: RefusedObject]

    init(manifests: [ResolvedManifest], refused: [RefusedObject]) {
        byID = Dictionary(manifests.map { ($0.id, $0) }) { first, _ in first }
        self.refused = Dictionary(refused.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Turns wanted changes into steps with their dependencies; one whose dependency is refused and does not exist is
    /// refused itself, and so is what depends on that one.
    func attach(to wanted: [WantedChange], live: LiveSet) -> (steps: [Step], blocked: [RefusedObject]) {
        let needs = Dictionary(
            wanted.map { ($0.manifest.id, self.needs(of: $0, live: live)) }
        ) { first, _ in first }
        var blocked: [ObjectID: RefusedObject] = [:]
        var changed = true
        while changed {
            changed = false
            for change in wanted where blocked[change.manifest.id] == nil {
                guard
                    let culprit = needs[change.manifest.id]?.first(where: { refused[$0] != nil || blocked[$0] != nil })
                else { continue }
                blocked[change.manifest.id] = RefusedObject(
                    id: change.manifest.id,
                    apiVersion: change.manifest.object.gvk.apiVersion,
                    origin: change.manifest.origin,
                    reason: .blocked,
                    message: "blocked by \(culprit), which it needs and which could not be applied"
                )
                changed = true
            }
        }
        let steps = wanted.filter { blocked[$0.manifest.id] == nil }.map { change in
            change.step(dependsOn: (needs[change.manifest.id] ?? []).filter { byID[$0] != nil })
        }
        return (steps, blocked.values.sorted { $0.id < $1.id })
    }

    /// The objects of this commit that are missing from the cluster and that this one needs.
    private func needs(of change: WantedChange, live: LiveSet) -> [ObjectID] {
        var ids: [ObjectID] = []
        let id = change.manifest.id
        if !id.namespace.isEmpty {
            ids.append(ObjectID(groupKind: KindOrder.namespace, namespace: "", name: id.namespace))
        }
        if let definition = change.manifest.definedBy { ids.append(definition) }
        if change.live == nil { ids += References.of(change.manifest.object) }
        let own = change.manifest.definedBy
        return ids.filter { candidate in
            (byID[candidate] != nil || refused[candidate] != nil) && candidate != id
                && (live.objects[candidate] == nil || candidate == own)
        }
    }
}

/// The objects that a manifest names: service account, config maps, secrets and claims of its pods, the role of a binding.
enum References {
    /// What the object's pods or its role reference need; optional references are left out.
    static func of(_ object: KubeObject) -> [ObjectID] {
        if let role = object.json["roleRef"] {
            let kind = role["kind"]?.string ?? ""
            return [
                ObjectID(
                    group: "rbac.authorization.k8s.io",
                    kind: kind,
                    namespace: kind == "ClusterRole" ? "" : object.namespace,
                    name: role["name"]?.string ?? ""
                )
            ]
        }
        guard let pod = podSpec(of: object) else { return [] }
        return ofPod(pod, namespace: object.namespace)
    }

    /// Where built-in workloads keep the spec of their pods.
    private static func podSpec(of object: KubeObject) -> JSON? {
        switch object.gvk.kind {
        case "Pod" where object.gvk.group.isEmpty: object.spec
        case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job": object.json[["spec", "template", "spec"]]
        case "CronJob": object.json[["spec", "jobTemplate", "spec", "template", "spec"]]
        default: nil
        }
    }

    private static func ofPod(_ pod: JSON, namespace: String) -> [ObjectID] {
        func id(_ kind: String, _ source: JSON?, _ key: String) -> ObjectID? {
            guard let name = source?[key]?.string, source?["optional"]?.bool != true else { return nil }
            return ObjectID(group: "", kind: kind, namespace: namespace, name: name)
        }
        var ids = [id("ServiceAccount", pod, "serviceAccountName")]
        for volume in pod["volumes"]?.array ?? [] {
            ids.append(id("ConfigMap", volume["configMap"], "name"))
            ids.append(id("Secret", volume["secret"], "secretName"))
            ids.append(id("PersistentVolumeClaim", volume["persistentVolumeClaim"], "claimName"))
        }
        for container in (pod["containers"]?.array ?? []) + (pod["initContainers"]?.array ?? []) {
            for source in container["envFrom"]?.array ?? [] {
                ids.append(id("ConfigMap", source["configMapRef"], "name"))
                ids.append(id("Secret", source["secretRef"], "name"))
            }
            for variable in container["env"]?.array ?? [] {
                ids.append(id("ConfigMap", variable[["valueFrom", "configMapKeyRef"]], "name"))
                ids.append(id("Secret", variable[["valueFrom", "secretKeyRef"]], "name"))
            }
        }
        return Array(Set(ids.compactMap { $0 })).sorted()
    }
}
