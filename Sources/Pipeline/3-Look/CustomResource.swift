// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// What a CustomResourceDefinition defines: the one reader of it, for manifests and live objects.
package enum CustomResource {
    /// Where the objects of a kind live once its definition is established, and which definition that is.
    package struct Place: Sendable, Hashable {
        package let resource: APIResource
        package let definition: ObjectID
    }

    /// The kinds that the definitions among the rendered objects will serve, in each served version.
    package static func places(definedIn rendered: [RenderedObject]) -> [GroupVersionKind: Place] {
        var places: [GroupVersionKind: Place] = [:]
        for item in rendered where item.object.definedKind != nil {
            let definition = ObjectID(
                groupKind: GroupKind.customResourceDefinition,
                namespace: "",
                name: item.object.name
            )
            for resource in resources(definedBy: item.object) {
                places[resource.gvk] = Place(resource: resource, definition: definition)
            }
        }
        return places
    }

    /// Whether the kind of a live definition was ever served: the API server sets the condition once and never takes it
    /// back (apiextensions-apiserver, naming controller). Before that it has no objects.
    package static func wasServed(_ definition: KubeObject) -> Bool {
        definition.condition("Established")?["status"]?.string == "True"
    }

    /// One resource for each served version; empty for every other object, and for a definition that is not complete.
    package static func resources(definedBy definition: KubeObject) -> [APIResource] {
        guard let kind = definition.definedKind, let spec = definition.spec,
            let plural = spec["names"]?["plural"]?.string
        else { return [] }
        return (spec["versions"]?.array ?? []).compactMap { version in
            guard let name = version["name"]?.string, version["served"]?.bool == true else { return nil }
            return APIResource(
                gvk: GroupVersionKind(group: kind.group, version: name, kind: kind.kind),
                plural: plural,
                isNamespaced: spec["scope"]?.string == "Namespaced",
                verbs: ["create", "delete", "get", "list", "patch", "update", "watch"]
            )
        }
    }
}

extension KubeObject {
    /// The kind that a CustomResourceDefinition defines, whether or not any version of it is served; nil for every other
    /// object.
    package var definedKind: GroupKind? {
        guard gvk.groupKind == GroupKind.customResourceDefinition,
            let group = spec?["group"]?.string, let kind = spec?["names"]?["kind"]?.string
        else { return nil }
        return GroupKind(group: group, kind: kind)
    }
}
