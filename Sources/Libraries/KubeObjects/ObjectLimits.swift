// SPDX-License-Identifier: Apache-2.0

/// The largest objects that an API server accepts: the limits of its own checks.
package enum ObjectLimits {
    /// The object as JSON, in one request.
    package static let requestBytes = 3 << 20
    /// All keys and values of its annotations together.
    package static let annotationBytes = 256 << 10
    /// All values of a ConfigMap or Secret together, decoded.
    package static let dataBytes = 1 << 20

    /// How much of ``annotationBytes`` these annotations take.
    package static func bytes(ofAnnotations annotations: JSONObject) -> Int {
        annotations.reduce(0) { $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0) }
    }
}
