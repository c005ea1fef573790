// SPDX-License-Identifier: Apache-2.0
import Foundation
import PlainText

extension Date {
    /// Kubernetes' MicroTime: RFC 3339 in UTC with exactly six decimals.
    package var microTime: String {
        RFC3339Time(microseconds: Int64((timeIntervalSince1970 * 1_000_000).rounded(.down))).text(fractionDigits: 6)
    }
}
