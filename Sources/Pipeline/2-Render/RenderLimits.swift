// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncSource

/// How much one commit may declare. What is beyond a limit is a problem of its own, and never cut silently. How many
/// files it may have, and how large they are together, is decided where they are read: `SnapshotLimits`.
package struct RenderLimits: Sendable, Hashable {
    /// Size of one manifest file in bytes.
    package var maxFileBytes: Int
    package var maxObjects: Int
    /// Different wave numbers: before each one, the health of all objects of the earlier ones is checked.
    package var maxWaves: Int
    /// About how much memory all values of the commit may take; checked while they are read.
    package var maxValueBytes: Int
    /// Lists, maps and scalars of one object.
    package var maxObjectNodes: Int
    /// Size of one object as JSON, about: what an API server takes in one request.
    package var maxObjectBytes: Int
    /// Size of all keys and values of one object's annotations: the API server's own limit.
    package var maxAnnotationBytes: Int
    /// Values of all Secrets together, decoded; each counts ``secretValueBytes`` more.
    package var maxSecretBytes: Int
    /// Problems, and notices, that are listed of one commit; the others are counted.
    package var maxProblems: Int

    /// What remembering a value costs beside its bytes.
    package static let secretValueBytes = 256

    package init(
        maxFileBytes: Int = SnapshotLimits.manifestBytes,
        maxObjects: Int = 10_000,
        maxWaves: Int = 100,
        maxValueBytes: Int = 48 << 20,
        maxObjectNodes: Int = 200_000,
        maxObjectBytes: Int = ObjectLimits.requestBytes,
        maxAnnotationBytes: Int = ObjectLimits.annotationBytes,
        maxSecretBytes: Int = 4 << 20,
        maxProblems: Int = 200
    ) {
        self.maxFileBytes = maxFileBytes
        self.maxObjects = maxObjects
        self.maxWaves = maxWaves
        self.maxValueBytes = maxValueBytes
        self.maxObjectNodes = maxObjectNodes
        self.maxObjectBytes = maxObjectBytes
        self.maxAnnotationBytes = maxAnnotationBytes
        self.maxSecretBytes = maxSecretBytes
        self.maxProblems = maxProblems
    }
}
