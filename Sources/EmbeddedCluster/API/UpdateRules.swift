// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Which half of an object an update may change: `PrepareForUpdate` of the real server's strategies.
struct UpdateRules: Sendable {
    private let resource: RegisteredResource
    private let subresource: String

    init(_ resource: RegisteredResource, subresource: String) {
        self.resource = resource
        self.subresource = subresource
    }

    /// `next` with what the request may not change taken from `live`.
    func merge(_ next: JSON, over live: JSON) -> JSON {
        switch subresource {
        case "status":
            var result = live
            result["status"] = next["status"]
            result[["metadata", "managedFields"]] = next["metadata"]?["managedFields"]
            // The deployment controller keeps its revision in an annotation and writes it with the status.
            if !resource.isCustom { result[["metadata", "annotations"]] = next["metadata"]?["annotations"] }
            return result
        case "finalize":
            var result = live
            result[["spec", "finalizers"]] = next["spec"]?["finalizers"]
            result[["metadata", "managedFields"]] = next["metadata"]?["managedFields"]
            return result
        default:
            var result = next
            if resource.hasStatus { result["status"] = live["status"] }
            if resource.gvk.groupKind == GroupKind(group: "", kind: "Namespace") {
                result[["spec", "finalizers"]] = live["spec"]?["finalizers"]
            }
            return result
        }
    }
}
