// SPDX-License-Identifier: Apache-2.0

/// What one snapshot may hold. More is an error, never a part.
package struct SnapshotLimits: Sendable, Hashable {
    /// Bytes of one manifest, for all who read it. Install files of well-known operators with their definitions have 1 to
    /// 4 MiB.
    package static let manifestBytes = 16 << 20

    /// Bytes of one manifest.
    package var fileBytes = SnapshotLimits.manifestBytes
    /// Bytes of all manifests together.
    package var totalBytes = 32 << 20
    /// Manifests.
    package var files = 10_000
    /// Entries of every kind that are looked at.
    package var entries = 100_000
    /// Bytes of one folder's own record in git.
    package var folderBytes = 8 << 20
    /// Folders inside each other, below the project's path.
    package var depth = 32

    package init() {}
}
