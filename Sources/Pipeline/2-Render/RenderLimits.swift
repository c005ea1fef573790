// SPDX-License-Identifier: Apache-2.0

/// How much one commit may hold. Whatever is beyond is a problem of its own, never a silent cut.
package struct RenderLimits: Sendable, Hashable {
    /// Files below the path whose name ends in `.yaml`, `.yml` or `.json`.
    package var maxFiles: Int
    /// Size of one such file in bytes.
    package var maxFileBytes: Int
    /// Size of all of them together in bytes.
    package var maxTotalBytes: Int
    package var maxObjects: Int
    /// Size of one object as JSON, about: what an API server takes in one request.
    package var maxObjectBytes: Int
    /// Size of all keys and values of one object's annotations: the API server's own limit.
    package var maxAnnotationBytes: Int

    package init(
        maxFiles: Int = 20_000,
        maxFileBytes: Int = 16 << 20,
        maxTotalBytes: Int = 128 << 20,
        maxObjects: Int = 50_000,
        maxObjectBytes: Int = 3 << 20,
        maxAnnotationBytes: Int = 256 << 10
    ) {
        self.maxFiles = maxFiles
        self.maxFileBytes = maxFileBytes
        self.maxTotalBytes = maxTotalBytes
        self.maxObjects = maxObjects
        self.maxObjectBytes = maxObjectBytes
        self.maxAnnotationBytes = maxAnnotationBytes
    }
}
