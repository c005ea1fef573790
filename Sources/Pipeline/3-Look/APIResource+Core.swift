// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The resources that every API server has and that are needed before, or without, discovery.
extension APIResource {
    /// Core `v1` Secrets.
    package static let secrets = core("Secret", "secrets", isNamespaced: true)
    /// Core `v1` Namespaces.
    package static let namespaces = core("Namespace", "namespaces", isNamespaced: false)

    /// `apiextensions.k8s.io/v1` CustomResourceDefinitions.
    package static let customResourceDefinitions = APIResource(
        gvk: GroupVersionKind(apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition"),
        plural: "customresourcedefinitions",
        isNamespaced: false,
        verbs: verbs
    )

    private static let verbs: Set<String> = ["create", "delete", "get", "list", "patch", "update", "watch"]

    private static func core(_ kind: String, _ plural: String, isNamespaced: Bool) -> APIResource {
        APIResource(
            gvk: GroupVersionKind(group: "", version: "v1", kind: kind),
            plural: plural,
            isNamespaced: isNamespaced,
            verbs: verbs
        )
    }
}
