// SPDX-License-Identifier: Apache-2.0

/// A version by the rules of semver.org 2.0.0; build metadata is read and ignored.
package struct SemanticVersion: Sendable, Hashable {
    /// One dot-separated part of a pre-release: numbers sort below words.
    package enum Identifier: Sendable, Hashable {
        case number(UInt64)
        case word(String)
    }

    package let major: UInt64
    package let minor: UInt64
    package let patch: UInt64
    /// Empty for a release.
    package let preRelease: [Identifier]

    package init(_ major: UInt64, _ minor: UInt64, _ patch: UInt64, preRelease: [Identifier] = []) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.preRelease = preRelease
    }

    /// Reads the name of a tag: `1.2.3`, `v1.2.3-rc.1`, `v1.2`. Nil when it is not a version. `v1` alone is not one,
    /// because such tags are moved from release to release.
    package init?(tag: String) {
        guard let partial = PartialVersion(tag), partial.parts.count >= 2, !partial.isWild else { return nil }
        self = partial.lowest
    }

    /// The same version without its pre-release.
    var release: SemanticVersion { SemanticVersion(major, minor, patch) }
}

extension SemanticVersion: Comparable {
    /// By the precedence rules of semver.org: a pre-release comes before its release.
    package static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
        if left.release != right.release {
            return (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
        }
        if left.preRelease.isEmpty || right.preRelease.isEmpty {
            return !left.preRelease.isEmpty && right.preRelease.isEmpty
        }
        return left.preRelease.lexicographicallyPrecedes(right.preRelease)
    }
}

extension SemanticVersion.Identifier: Comparable {
    /// Numbers by value and before words, words in byte order.
    package static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.number, .word): true
        case (.word, .number): false
        case (.word(let left), .word(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }
}

/// A version as people write it in a range: one to three numbers, the last ones possibly `x` or `*`.
struct PartialVersion {
    /// One to three numbers; empty for `*`.
    let parts: [UInt64]
    let preRelease: [SemanticVersion.Identifier]
    /// Whether an `x` or `*` was written.
    let isWild: Bool

    init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        if rest.first == "v" || rest.first == "V" { rest = rest.dropFirst() }
        if let plus = rest.firstIndex(of: "+") { rest = rest[..<plus] }
        var identifiers: [SemanticVersion.Identifier] = []
        if let dash = rest.firstIndex(of: "-") {
            for part in rest[rest.index(after: dash)...].split(separator: ".", omittingEmptySubsequences: false) {
                guard let identifier = PartialVersion.identifier(part) else { return nil }
                identifiers.append(identifier)
            }
            rest = rest[..<dash]
        }
        let words = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard 1...3 ~= words.count else { return nil }
        let isWild: (Substring) -> Bool = { $0 == "x" || $0 == "X" || $0 == "*" }
        let numbers = words.prefix { !isWild($0) }
        guard words.dropFirst(numbers.count).allSatisfy(isWild) else { return nil }
        var parts: [UInt64] = []
        for word in numbers {
            guard let number = PartialVersion.number(word) else { return nil }
            parts.append(number)
        }
        guard identifiers.isEmpty || parts.count == 3 else { return nil }
        self.parts = parts
        self.isWild = numbers.count < words.count
        preRelease = identifiers
    }

    /// Missing parts count as 0.
    var lowest: SemanticVersion { SemanticVersion(part(0), part(1), part(2), preRelease: preRelease) }

    /// The first release above all versions that begin with the first `count` parts.
    func above(_ count: Int) -> SemanticVersion {
        switch count {
        case 1: SemanticVersion(part(0) + 1, 0, 0)
        case 2: SemanticVersion(part(0), part(1) + 1, 0)
        default: SemanticVersion(part(0), part(1), part(2) + 1)
        }
    }

    private func part(_ index: Int) -> UInt64 { index < parts.count ? parts[index] : 0 }

    private static func number(_ text: Substring) -> UInt64? {
        guard !text.isEmpty, text.utf8.count <= 18, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            text == "0" || text.first != "0"
        else { return nil }
        return UInt64(text)
    }

    private static func identifier(_ text: Substring) -> SemanticVersion.Identifier? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 == 0x2d || Character(UnicodeScalar($0)).isASCIILetterOrDigit })
        else { return nil }
        guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return .word(String(text)) }
        return number(text).map { .number($0) }
    }
}

extension Character {
    fileprivate var isASCIILetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}
