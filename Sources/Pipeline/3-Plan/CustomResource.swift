// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What a CustomResourceDefinition's manifest says it will serve.
package enum CustomResource {
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
