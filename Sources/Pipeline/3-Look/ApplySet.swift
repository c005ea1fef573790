// SPDX-License-Identifier: Apache-2.0
import Crypto
import KubeObjects
import PlainText

/// The parent of a project's objects, by kubectl's ApplySet convention (KEP-3659, prefix `applyset.kubernetes.io/`).
package struct ApplySet: Sendable, Hashable {
    package static let idLabel = WireName.applySetID
    package static let partOfLabel = WireName.applySetPartOf
    package static let toolingAnnotation = WireName.applySetTooling
    package static let groupKindsAnnotation = WireName.applySetGroupKinds
    package static let namespacesAnnotation = WireName.applySetNamespaces

    /// The object that carries the inventory.
    package let parent: ObjectID
    /// `applyset-<base64url-nopad(sha256("<name>.<namespace>.<kind>.<group>"))>-v1`.
    package let id: String

    /// What selects the objects that carry our label.
    package var memberSelector: String { "\(ApplySet.partOfLabel)=\(id)" }

    package init(parent: ObjectID) {
        self.parent = parent
        id = ApplySet.id(of: parent)
    }

    /// The Secret `sternpost-<project>`: the parent of a project that is no custom resource.
    package init(project: String, namespace: String) {
        let name = WireName.object(ofProject: project)
        self.init(parent: ObjectID(group: "", kind: "Secret", namespace: namespace, name: name))
    }

    private static func id(of parent: ObjectID) -> String {
        let text = "\(parent.name).\(parent.namespace).\(parent.kind).\(parent.group)"
        let digest = Base64.text(of: Array(SHA256.hash(data: Array(text.utf8))))
        let urlSafe = digest.map { character -> Character in
            switch character {
            case "+": "-"
            case "/": "_"
            default: character
            }
        }
        return "applyset-\(String(urlSafe.filter { $0 != "=" }))-v1"
    }
}
