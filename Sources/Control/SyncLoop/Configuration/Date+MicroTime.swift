// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Date {
    /// Kubernetes' MicroTime: RFC 3339 in UTC with exactly six decimals.
    var microTime: String {
        let micros = Int64((timeIntervalSince1970 * 1_000_000).rounded(.down))
        let seconds = micros >= 0 ? micros / 1_000_000 : (micros - 999_999) / 1_000_000
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        let digits = String(micros - seconds * 1_000_000)
        return "\(whole.dropLast()).\(String(repeating: "0", count: 6 - digits.count))\(digits)Z"
    }
}
