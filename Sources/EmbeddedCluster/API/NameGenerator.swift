// SPDX-License-Identifier: Apache-2.0

/// Makes names for objects that only have a `generateName`.
enum NameGenerator {
    /// How often the server tries another name when the first one is taken.
    static let attempts = 8

    /// The base, cut so that the name has at most 63 bytes, with five random letters or digits.
    static func name(base: String) -> String {
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        let suffix = (0..<5).map { _ in letters[Int.random(in: letters.indices)] }
        return String(base.prefix(58)) + String(suffix)
    }
}
