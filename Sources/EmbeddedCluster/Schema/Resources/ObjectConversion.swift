// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// Turns objects of one version of a resource into another.
///
/// Custom resources are converted with the strategy `None`: only `apiVersion` changes. Of the built-in kinds only Event
/// is served in two groups, with different names for the same fields.
package enum ObjectConversion {
    /// The table where the objects of a resource are kept: both Event resources share one.
    package static func table(of resource: RegisteredResource) -> GroupResource {
        resource.gvk.groupKind == eventsEvent ? GroupResource(group: "", resource: "events") : resource.groupResource
    }

    /// The stored form of an object of `resource`.
    package static func toStorage(_ object: JSON, _ resource: RegisteredResource) -> JSON {
        if resource.gvk.groupKind == eventsEvent { return renamed(object, to: "v1", eventFields) }
        let stored = GroupVersionKind(
            group: resource.gvk.group,
            version: resource.storageVersion,
            kind: resource.gvk.kind
        )
        return inVersion(object, stored.apiVersion)
    }

    /// The form of a stored object that requests for `resource` see.
    package static func fromStorage(_ object: JSON, _ resource: RegisteredResource) -> JSON {
        if resource.gvk.groupKind == eventsEvent {
            return renamed(object, to: "events.k8s.io/v1", eventFields.map { ($0.1, $0.0) })
        }
        return inVersion(object, resource.gvk.apiVersion)
    }

    private static let eventsEvent = GroupKind(group: "events.k8s.io", kind: "Event")

    /// Fields of `events.k8s.io/v1` with their names in `v1`.
    private static let eventFields = [
        ("regarding", "involvedObject"), ("note", "message"), ("deprecatedSource", "source"),
        ("deprecatedFirstTimestamp", "firstTimestamp"), ("deprecatedLastTimestamp", "lastTimestamp"),
        ("deprecatedCount", "count"), ("reportingController", "reportingComponent"),
    ]

    private static func inVersion(_ object: JSON, _ apiVersion: String) -> JSON {
        guard object["apiVersion"]?.string != apiVersion else { return object }
        var result = object
        result["apiVersion"] = .string(apiVersion)
        return result
    }

    private static func renamed(_ object: JSON, to apiVersion: String, _ names: [(String, String)]) -> JSON {
        guard object["apiVersion"]?.string != apiVersion else { return object }
        var result = object
        for (old, _) in names { result[old] = nil }
        for (old, new) in names { if let value = object[old] { result[new] = value } }
        result["apiVersion"] = .string(apiVersion)
        return result
    }
}
