// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Binds claims to volumes: to the one they name, to one that waits for them, or to a new one of their class.
struct VolumeReconciler: Reconciler {
    let watched = [
        ControllerResource.claims.groupResource, ControllerResource.volumes.groupResource,
        ControllerResource.storageClasses.groupResource, ControllerResource.pods.groupResource,
    ]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        switch event.key.resource {
        case ControllerResource.volumes.groupResource:
            return [event.key] + unboundClaims(in: context)
        case ControllerResource.storageClasses.groupResource: return unboundClaims(in: context)
        case ControllerResource.pods.groupResource:
            guard event.change != .deleted else { return [] }
            return Self.claims(of: event.object).map { ControllerResource.claims.key(event.object.namespace, $0) }
        default:
            let volumes = context.list(.volumes).filter { $0.spec?["claimRef"]?["name"]?.string == event.key.name }
            return [event.key] + volumes.map { ControllerResource.volumes.key("", $0.name) }
        }
    }

    private func unboundClaims(in context: ControllerContext) -> [ObjectKey] {
        context.list(.claims).filter { $0.json.string(at: "status", "phase") != "Bound" }
            .map { ControllerResource.claims.key($0.namespace, $0.name) }
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let object = context.client.object(key), !object.isBeingDeleted else { return nil }
        if key.resource == ControllerResource.volumes.groupResource {
            try followClaim(object, key, in: context)
        } else if object.json.string(at: "status", "phase") != "Bound" {
            try bind(object, key, in: context)
        }
        return nil
    }

    /// A volume whose claim is gone is deleted or released, as its reclaim policy says.
    private func followClaim(_ volume: KubeObject, _ key: ObjectKey, in context: ControllerContext) throws(StatusError)
    {
        guard let reference = volume.spec?["claimRef"] else {
            try context.updateStatus(key) { $0["phase"] = "Available" }
            return
        }
        let claim = context.object(
            .claims,
            reference["namespace"]?.string ?? "",
            reference["name"]?.string ?? ""
        )
        guard let uid = reference["uid"]?.string, claim?.uid != uid else { return }
        if volume.spec?["persistentVolumeReclaimPolicy"]?.string == "Delete" {
            try context.client.delete(key, uid: volume.uid)
        } else {
            try context.updateStatus(key) { $0["phase"] = "Released" }
        }
    }

    private func bind(_ claim: KubeObject, _ key: ObjectKey, in context: ControllerContext) throws(StatusError) {
        guard let volume = try volume(for: claim, in: context) else { return }
        let volumeKey = ControllerResource.volumes.key("", volume.name)
        try context.client.mutate(volumeKey) { object in
            object[["spec", "claimRef"]] = [
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": .string(claim.name),
                "namespace": .string(claim.namespace), "uid": .string(claim.uid ?? ""),
                "resourceVersion": .string(claim.resourceVersion ?? ""),
            ]
        }
        try context.updateStatus(volumeKey) { $0["phase"] = "Bound" }
        try context.client.mutate(key) { object in
            object[["spec", "volumeName"]] = .string(volume.name)
            object[["metadata", "annotations", "pv.kubernetes.io/bind-completed"]] = "yes"
        }
        try context.updateStatus(key) { status in
            status["phase"] = "Bound"
            status["accessModes"] = volume.spec?["accessModes"]
            status["capacity"] = volume.spec?["capacity"]
        }
    }

    private func isUsed(_ claim: KubeObject, in context: ControllerContext) -> Bool {
        context.list(.pods).contains { $0.namespace == claim.namespace && Self.claims(of: $0).contains(claim.name) }
    }

    private static func claims(of pod: KubeObject) -> [String] {
        pod.json.items(at: "spec", "volumes").compactMap { $0.string(at: "persistentVolumeClaim", "claimName") }
    }

    private func volume(for claim: KubeObject, in context: ControllerContext) throws(StatusError) -> KubeObject? {
        if let name = claim.spec?["volumeName"]?.string, !name.isEmpty { return context.object(.volumes, "", name) }
        let className = claim.spec?["storageClassName"]?.string ?? ""
        let waiting = context.list(.volumes).first { volume in
            let reference = volume.spec?["claimRef"]
            if let reference {
                return reference["name"]?.string == claim.name && reference["namespace"]?.string == claim.namespace
                    && [nil, claim.uid].contains(reference["uid"]?.string)
            }
            return (volume.spec?["storageClassName"]?.string ?? "") == className
        }
        if let waiting { return waiting }
        guard !className.isEmpty, let storageClass = context.object(.storageClasses, "", className) else { return nil }
        if storageClass.json["volumeBindingMode"]?.string == "WaitForFirstConsumer", !isUsed(claim, in: context) {
            let message = "waiting for first consumer to be created before binding"
            context.recorder.record("WaitForFirstConsumer", message, about: claim, from: .volumes, at: context.now)
            return nil
        }
        let name = "pvc-\(claim.uid ?? "")"
        let created = try context.client.create([
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": .string(name)],
            "spec": [
                "accessModes": claim.spec?["accessModes"] ?? ["ReadWriteOnce"],
                "capacity": ["storage": claim.spec?[["resources", "requests", "storage"]] ?? "1Gi"],
                "hostPath": ["path": .string("/var/lib/embedded/\(name)"), "type": "DirectoryOrCreate"],
                "persistentVolumeReclaimPolicy": storageClass.json["reclaimPolicy"] ?? "Delete",
                "storageClassName": .string(className), "volumeMode": claim.spec?["volumeMode"] ?? "Filesystem",
            ],
        ])
        let message = "Successfully provisioned volume \(name)"
        context.recorder.record("ProvisioningSucceeded", message, about: claim, from: .volumes, at: context.now)
        return created
    }
}
