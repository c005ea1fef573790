// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

extension TableFormat {
    /// Volumes, claims and classes.
    static let storage: [GroupKind: TableFormat] = [
        GroupKind(group: "", kind: "PersistentVolume"): persistentVolume,
        GroupKind(group: "", kind: "PersistentVolumeClaim"): persistentVolumeClaim,
        GroupKind(group: "storage.k8s.io", kind: "StorageClass"): storageClass,
        GroupKind(group: "storage.k8s.io", kind: "CSIDriver"): csiDriver,
        GroupKind(group: "storage.k8s.io", kind: "CSINode"): csiNode,
        GroupKind(group: "storage.k8s.io", kind: "VolumeAttachment"): volumeAttachment,
    ]

    private static let persistentVolume = TableFormat([
        .name, .text("Capacity", "The size of the volume."), .text("Access Modes", "How the volume may be mounted."),
        .text("Reclaim Policy", "What happens to the volume when its claim goes."),
        .text("Status", "Whether the volume is bound."), .text("Claim", "The claim that holds the volume."),
        .text("StorageClass", "The class of the volume."),
        .text("VolumeAttributesClass", "The class of the volume's attributes."),
        .text("Reason", "Why the volume has its status."), .age, .wide("VolumeMode", "File system or block device."),
    ]) { volume, now in
        let claim = volume[["spec", "claimRef"]].map {
            "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")"
        }
        return [
            .nameCell(volume), volume.cell(at: "spec", "capacity", "storage", orElse: "0"),
            .string(accessModes(volume.items(at: "spec", "accessModes"))),
            volume.cell(at: "spec", "persistentVolumeReclaimPolicy", orElse: ""), .string(volumePhase(volume)),
            .string(claim ?? ""), .string(storageClassName(volume)),
            volume.cell(at: "spec", "volumeAttributesClassName", orElse: "<unset>"),
            volume.cell(at: "status", "reason", orElse: ""), .ageCell(volume, now),
            volume.cell(at: "spec", "volumeMode", orElse: "<unset>"),
        ]
    }

    private static let persistentVolumeClaim = TableFormat([
        .name, .text("Status", "Whether the claim is bound."), .text("Volume", "The volume that the claim holds."),
        .text("Capacity", "The size of the volume."), .text("Access Modes", "How the volume may be mounted."),
        .text("StorageClass", "The class of the volume."),
        .text("VolumeAttributesClass", "The class of the volume's attributes."), .age,
        .wide("VolumeMode", "File system or block device."),
    ]) { claim, now in
        let isBound = !(claim.string(at: "spec", "volumeName") ?? "").isEmpty
        return [
            .nameCell(claim), .string(volumePhase(claim)), claim.cell(at: "spec", "volumeName", orElse: ""),
            isBound ? claim.cell(at: "status", "capacity", "storage", orElse: "0") : "",
            .string(isBound ? accessModes(claim.items(at: "status", "accessModes")) : ""),
            .string(storageClassName(claim)),
            claim.cell(at: "spec", "volumeAttributesClassName", orElse: "<unset>"), .ageCell(claim, now),
            claim.cell(at: "spec", "volumeMode", orElse: "<unset>"),
        ]
    }

    private static func volumePhase(_ object: JSON) -> String {
        if object.string(at: "metadata", "deletionTimestamp") != nil { return "Terminating" }
        return object.string(at: "status", "phase") ?? ""
    }

    /// The class; an annotation of old wins over the field.
    private static func storageClassName(_ object: JSON) -> String {
        object.string(at: "metadata", "annotations", "volume.beta.kubernetes.io/storage-class")
            ?? object.string(at: "spec", "storageClassName") ?? ""
    }

    private static func accessModes(_ modes: [JSON]) -> String {
        let short = [
            ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP"),
        ]
        let present = Set(modes.compactMap(\.string))
        return short.filter { present.contains($0.0) }.map(\.1).joined(separator: ",")
    }

    private static let storageClass = TableFormat([
        .name, .text("Provisioner", "Who makes volumes of the class."),
        .text("ReclaimPolicy", "What happens to a volume when its claim goes."),
        .text("VolumeBindingMode", "When a claim is bound."),
        .text("AllowVolumeExpansion", "Whether a claim may grow."), .age,
    ]) { storageClass, now in
        let isDefault = storageClass.isMarkedDefault("storageclass.kubernetes.io/is-default-class")
        return [
            .string((storageClass.string(at: "metadata", "name") ?? "") + (isDefault ? " (default)" : "")),
            storageClass.cell(at: "provisioner", orElse: ""),
            storageClass.cell(at: "reclaimPolicy", orElse: "Delete"),
            storageClass.cell(at: "volumeBindingMode", orElse: "Immediate"),
            .bool(storageClass["allowVolumeExpansion"]?.bool ?? false), .ageCell(storageClass, now),
        ]
    }

    private static let csiDriver = TableFormat([
        .name, .boolean("AttachRequired", "Whether volumes are attached before they are mounted."),
        .boolean("PodInfoOnMount", "Whether the driver is told of the pod."),
        .boolean("StorageCapacity", "Whether the driver reports capacity."),
        .text("TokenRequests", "The audiences of the tokens that the driver gets."),
        .boolean("RequiresRepublish", "Whether the driver is called again from time to time."),
        .text("Modes", "The life cycles of volumes that the driver supports."), .age,
    ]) { driver, now in
        let modes = driver.items(at: "spec", "volumeLifecycleModes").compactMap(\.string).joined(separator: ",")
        let audiences = driver[["spec", "tokenRequests"]]?.array.map { requests in
            requests.map { $0["audience"]?.string ?? "" }.joined(separator: ",")
        }
        return [
            .nameCell(driver), .bool(driver[["spec", "attachRequired"]]?.bool ?? true),
            .bool(driver[["spec", "podInfoOnMount"]]?.bool ?? false),
            .bool(driver[["spec", "storageCapacity"]]?.bool ?? false), .string(audiences ?? "<unset>"),
            .bool(driver[["spec", "requiresRepublish"]]?.bool ?? false), .string(modes.isEmpty ? "<none>" : modes),
            .ageCell(driver, now),
        ]
    }

    private static let csiNode = TableFormat([
        .name, .integer("Drivers", "How many drivers run on the node."), .age,
    ]) { node, now in
        [.nameCell(node), .int(Int64(node.items(at: "spec", "drivers").count)), .ageCell(node, now)]
    }

    private static let volumeAttachment = TableFormat([
        .name, TableColumn("Attacher", format: "name", description: "The driver that attaches the volume."),
        .text("PV", "The volume."), .text("Node", "The node to which it is attached."),
        .boolean("Attached", "Whether the volume is attached."), .age,
    ]) { attachment, now in
        [
            .nameCell(attachment), attachment.cell(at: "spec", "attacher", orElse: ""),
            attachment.cell(at: "spec", "source", "persistentVolumeName", orElse: ""),
            attachment.cell(at: "spec", "nodeName", orElse: ""),
            .bool(attachment[["status", "attached"]]?.bool ?? false), .ageCell(attachment, now),
        ]
    }
}
