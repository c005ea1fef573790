// SPDX-License-Identifier: Apache-2.0
import PlainText

/// Values of objects that are Base64, as the API server reads them.
package enum Base64Text {
    /// Whether both are texts of the same bytes; not for what the API server would refuse.
    package static func isSame(_ left: JSON, _ right: JSON) -> Bool {
        guard let left = left.string.flatMap({ Base64.bytes(of: $0) }),
            let right = right.string.flatMap({ Base64.bytes(of: $0) })
        else { return false }
        return left == right
    }
}
