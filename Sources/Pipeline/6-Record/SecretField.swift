// SPDX-License-Identifier: Apache-2.0

/// What of a Secret may be shown: all of it but what holds its values, or repeats them.
enum SecretField {
    /// Parts of a Secret that hold no values of it.
    private static let shown = [
        ".apiVersion", ".kind", ".type", ".metadata.name", ".metadata.labels", ".metadata.finalizers",
        ".metadata.ownerReferences", ".metadata.annotations[\"sternpost.dev/", ".metadata.annotations.sternpost.dev/",
    ]
    /// Top-level members whose text may be shown; of all others only the keys, because `stringdata` may be meant to be
    /// `stringData`.
    static let members: Set<String> = ["apiVersion", "kind", "metadata", "type"]

    /// Whether the value at a path, as the API server prints it, may be shown.
    static func isShown(path: String) -> Bool { shown.contains { path.hasPrefix($0) } }
}
