// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text, or its beginning and its end with `…` in between when it has more than `limit` characters.
    package func withoutMiddle(keeping limit: Int) -> String {
        guard let cut = index(startIndex, offsetBy: limit, limitedBy: endIndex), cut < endIndex else { return self }
        let tail = limit / 3
        return "\(prefix(limit - tail - 1))…\(suffix(tail))"
    }
}
