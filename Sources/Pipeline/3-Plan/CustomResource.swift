// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// What a CustomResourceDefinition's manifest says it will serve.
package enum CustomResource {
    /// Where the objects of a kind live once its definition is established, and which definition that is.
    package struct Place: Sendable, Hashable {
        package let resource: APIResource
        package let definition: ObjectID
    }

    /// The kinds that the definitions among the rendered objects will serve, in each served version.
    package static func places(definedIn rendered: RenderedSet) -> [GroupVersionKind: Place] {
        var places: [GroupVersionKind: Place] = [:]
        for item in rendered.objects where item.object.gvk.groupKind == KindOrder.customResourceDefinition {
            let definition = ObjectID(
                groupKind: KindOrder.customResourceDefinition,
                namespace: "",
                name: item.object.name
            )
            for resource in resources(definedBy: item.object) {
                places[resource.gvk] = Place(resource: resource, definition: definition)
            }
        }
        return places
    }

    /// One resource for each served version; empty when the manifest is no complete definition.
    package static func resources(definedBy definition: KubeObject) -> [APIResource] {
        guard let spec = definition.spec, let group = spec["group"]?.string,
            let kind = spec["names"]?["kind"]?.string, let plural = spec["names"]?["plural"]?.string
        else { return [] }
        return (spec["versions"]?.array ?? []).compactMap { version in
            guard let name = version["name"]?.string, version["served"]?.bool == true else { return nil }
            return APIResource(
                gvk: GroupVersionKind(group: group, version: name, kind: kind),
                plural: plural,
                isNamespaced: spec["scope"]?.string == "Namespaced",
                verbs: ["create", "delete", "get", "list", "patch", "update", "watch"]
            )
        }
    }
}
