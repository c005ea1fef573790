// SPDX-License-Identifier: Apache-2.0

/// Which fields may be shown: of a Secret all but what holds its values, or repeats them; of other kinds all but what a
/// name gives away.
package enum SecretField {
    /// Parts of a Secret that hold no values of it.
    private static let shown = [
        ".apiVersion", ".kind", ".type", ".metadata.name", ".metadata.namespace", ".metadata.labels",
        ".metadata.finalizers", ".metadata.ownerReferences",
    ]
    /// Our own annotations.
    private static let annotations = [
        ".metadata.annotations[\"\(WireName.annotationPrefix)", ".metadata.annotations.\(WireName.annotationPrefix)",
    ]
    /// Top-level members whose text may be shown; of all others only the keys, because `stringdata` may be meant to be
    /// `stringData`.
    static let members: Set<String> = ["apiVersion", "kind", "type"]
    /// The same of `metadata`.
    static let metadataMembers: Set<String> = [
        "name", "generateName", "namespace", "labels", "finalizers", "ownerReferences", "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ]

    /// Whether the value at a path of a Secret, as the API server prints it, may be shown.
    package static func isShown(path: String) -> Bool {
        if annotations.contains(where: { path.hasPrefix($0) }) { return true }
        return shown.contains { field in
            guard path.hasPrefix(field) else { return false }
            let next = path.dropFirst(field.count).first
            return next == nil || next == "." || next == "["
        }
    }

    /// Whether the whole value at a path is hidden: by its place in a Secret, by a telling name, or because it repeats the
    /// object.
    ///
    /// - Parameters:
    ///   - path: As the API server prints it.
    ///   - isSecret: Whether it is a path of the core group's Secret.
    /// - Returns: True when nothing of the value may be shown.
    package static func isHidden(path: String, isSecret: Bool) -> Bool {
        isSecret && !isShown(path: path) || path.contains("last-applied-configuration")
            || SensitiveName.matches(path: path)
    }
}
