// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the operating system refused.
package struct SystemFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// An `errno`.
    package let code: Int32

    package init(code: Int32) { self.code = code }

    /// `No space left on device`.
    package var description: String { String(cString: strerror(code)) }
}
