// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// JSON Merge Patch (RFC 7386).
package enum JSONMergePatch {
    /// Merges `patch` into `target`: null removes a member, maps merge, all else replaces.
    package static func apply(_ patch: JSON, to target: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var result = target.object ?? JSONObject()
        for change in changes {
            if change.value.isNull {
                result[change.key] = nil
            } else {
                result[change.key] = apply(change.value, to: result[change.key] ?? .null)
            }
        }
        return .object(result)
    }
}
