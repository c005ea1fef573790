// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The resources that every API server has and that are needed before, or without, discovery.
extension APIResource {
    /// Core `v1` Secrets.
    package static let secrets = core("Secret", "secrets", isNamespaced: true)
    /// Core `v1` Namespaces.
    package static let namespaces = core("Namespace", "namespaces", isNamespaced: false)

    private static func core(_ kind: String, _ plural: String, isNamespaced: Bool) -> APIResource {
        APIResource(
            gvk: GroupVersionKind(group: "", version: "v1", kind: kind),
            plural: plural,
            isNamespaced: isNamespaced,
            verbs: ["create", "delete", "get", "list", "patch", "update", "watch"]
        )
    }
}
