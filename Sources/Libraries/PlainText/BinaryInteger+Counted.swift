// SPDX-License-Identifier: Apache-2.0

extension BinaryInteger {
    /// The number with its noun, as in `1 object` and `3 objects`.
    ///
    /// - Parameters:
    ///   - one: The noun for exactly one, with what else depends on the number: `pod is`.
    ///   - many: The same for every other number; by default `one` with an `s`.
    /// - Returns: Number, blank, noun.
    package func counted(_ one: String, _ many: String? = nil) -> String {
        "\(self) \(self == 1 ? one : many ?? "\(one)s")"
    }
}
