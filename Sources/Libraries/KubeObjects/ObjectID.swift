// SPDX-License-Identifier: Apache-2.0

/// An API group with a kind, as in `Deployment.apps`. The core group is the empty string. Equal by bytes.
package struct GroupKind: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    package let group: String
    package let kind: String

    package init(group: String, kind: String) {
        self.group = group
        self.kind = kind
    }

    /// Whether all parts have the same bytes.
    package static func == (left: GroupKind, right: GroupKind) -> Bool {
        left.kind.hasSameBytes(as: right.kind) && left.group.hasSameBytes(as: right.group)
    }

    /// Hashes the bytes of all parts.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytesOf: group)
        hasher.combine(bytesOf: kind)
    }

    /// `Kind` for the core group, else `Kind.group`: the spelling of ApplySet's `contains-group-kinds`.
    package var description: String { group.isEmpty ? kind : "\(kind).\(group)" }

    /// Whether it is the core group's Secret, whose values must not be shown.
    package var isSecret: Bool { group.isEmpty && kind == "Secret" }

    /// Namespaces.
    package static let namespace = GroupKind(group: "", kind: "Namespace")
    /// What custom resources are defined with.
    package static let customResourceDefinition = GroupKind(
        group: "apiextensions.k8s.io",
        kind: "CustomResourceDefinition"
    )

    /// Reads the spelling of `description`.
    package init(parsing text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        kind = String(parts[0])
        group = parts.count > 1 ? String(parts[1]) : ""
    }

    /// By kind, then by group, in byte order of the texts.
    package static func < (left: GroupKind, right: GroupKind) -> Bool {
        if left.kind.hasSameBytes(as: right.kind) { return left.group.precedesInByteOrder(right.group) }
        return left.description.precedesInByteOrder(right.description)
    }
}

/// A kind in one version of its group; `apiVersion` and `kind` of a manifest. Equal by bytes.
package struct GroupVersionKind: Sendable, Hashable, Codable, CustomStringConvertible {
    package let group: String
    package let version: String
    package let kind: String

    package init(group: String, version: String, kind: String) {
        self.group = group
        self.version = version
        self.kind = kind
    }

    /// Whether all parts have the same bytes.
    package static func == (left: GroupVersionKind, right: GroupVersionKind) -> Bool {
        left.kind.hasSameBytes(as: right.kind) && left.version.hasSameBytes(as: right.version)
            && left.group.hasSameBytes(as: right.group)
    }

    /// Hashes the bytes of all parts.
    package func hash(into hasher: inout Hasher) {
        for text in [group, version, kind] { hasher.combine(bytesOf: text) }
    }

    /// Splits `apps/v1` or `v1`.
    package init(apiVersion: String, kind: String) {
        if let slash = apiVersion.firstIndex(of: "/") {
            group = String(apiVersion[..<slash])
            version = String(apiVersion[apiVersion.index(after: slash)...])
        } else {
            group = ""
            version = apiVersion
        }
        self.kind = kind
    }

    /// `v1`, or `apps/v1`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    package var groupKind: GroupKind { GroupKind(group: group, kind: kind) }
    package var description: String { "\(apiVersion) \(kind)" }
}

/// What makes an object the same object over time and over API versions: group, kind, namespace, name. Equal by bytes, as
/// for the API server: two spellings of the same letters are two objects.
package struct ObjectID: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    package let group: String
    package let kind: String
    /// Empty for a cluster-scoped object.
    package let namespace: String
    package let name: String

    package init(group: String, kind: String, namespace: String, name: String) {
        self.group = group
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    package init(groupKind: GroupKind, namespace: String, name: String) {
        self.init(group: groupKind.group, kind: groupKind.kind, namespace: namespace, name: name)
    }

    /// Whether all parts have the same bytes.
    package static func == (left: ObjectID, right: ObjectID) -> Bool {
        left.name.hasSameBytes(as: right.name) && left.namespace.hasSameBytes(as: right.namespace)
            && left.kind.hasSameBytes(as: right.kind) && left.group.hasSameBytes(as: right.group)
    }

    /// Hashes the bytes of all parts.
    package func hash(into hasher: inout Hasher) {
        for text in [group, kind, namespace, name] { hasher.combine(bytesOf: text) }
    }

    package var groupKind: GroupKind { GroupKind(group: group, kind: kind) }

    /// `Deployment.apps shop/web`, or `Namespace shop` without a namespace: as errors and tables name an object.
    package var description: String {
        namespace.isEmpty ? "\(groupKind) \(name)" : "\(groupKind) \(namespace)/\(name)"
    }

    /// Its names, which need not be masked.
    package var names: [String] { [name, namespace, kind, groupKind.description] }

    /// Orders by group-kind, then namespace, then name.
    package static func < (left: ObjectID, right: ObjectID) -> Bool {
        if left.groupKind != right.groupKind { return left.groupKind < right.groupKind }
        if !left.namespace.hasSameBytes(as: right.namespace) {
            return left.namespace.precedesInByteOrder(right.namespace)
        }
        return left.name.precedesInByteOrder(right.name)
    }
}
