// SPDX-License-Identifier: Apache-2.0
import PlainText

/// A range of versions as in `>=1.2 <2`, `^1.2`, `~1.2.3`, `1.x`, `1.2 - 1.4`, `<1 || >=2`.
///
/// Terms side by side (or with a comma) must all hold; `||` separates alternatives. A pre-release is inside only if a term of
/// the same alternative names a pre-release, and it is never inside by being just below a release that the range excludes.
package struct VersionRange: Sendable, Hashable {
    /// A bound after `^`, `~`, wildcards and missing parts have been spelt out.
    private struct Bound: Sendable, Hashable {
        enum Relation: Sendable, Hashable { case equal, notEqual, below, atMost, above, atLeast }

        let relation: Relation
        let version: SemanticVersion
    }

    private let alternatives: [[Bound]]

    /// - Throws: ``GitError`` with reason `configuration` that quotes the part that is no range.
    package init(_ text: String) throws(GitError) {
        guard text.utf8.count <= 200 else { throw VersionRange.malformed(text) }
        var alternatives: [[Bound]] = []
        for part in text.split(separator: "||", omittingEmptySubsequences: false) {
            alternatives.append(try VersionRange.bounds(part))
        }
        self.alternatives = alternatives
    }

    /// Whether the version is inside.
    package func contains(_ version: SemanticVersion) -> Bool {
        alternatives.contains { bounds in
            guard version.preRelease.isEmpty || bounds.contains(where: { !$0.version.preRelease.isEmpty }) else {
                return false
            }
            return bounds.allSatisfy { VersionRange.holds($0, for: version) }
        }
    }

    /// The tag with the highest version inside; of two tags for one version the one spelt out in full, then the shorter.
    package func highest(of tags: [String]) -> String? {
        var best: (tag: String, version: SemanticVersion)?
        for tag in tags {
            guard let version = SemanticVersion(tag: tag), contains(version) else { continue }
            guard let current = best else {
                best = (tag, version)
                continue
            }
            let rank = { (tag: String) in (-tag.split(separator: ".").count, tag.utf8.count, tag) }
            if version > current.version || version == current.version && rank(tag) < rank(current.tag) {
                best = (tag, version)
            }
        }
        return best?.tag
    }

    /// Whether following a range has led from a version tag back to an older one although the newer one is still
    /// inside, so that the newer tag must be gone. False for a tag or a range that cannot be read.
    package static func isRewind(from old: String, to new: String, in text: String) -> Bool {
        guard let before = SemanticVersion(tag: old), let after = SemanticVersion(tag: new), after < before else {
            return false
        }
        let range: VersionRange
        do throws(GitError) { range = try VersionRange(text) } catch { return false }
        return range.contains(before)
    }

    private static func holds(_ bound: Bound, for version: SemanticVersion) -> Bool {
        switch bound.relation {
        case .equal: version == bound.version
        case .notEqual: version != bound.version
        case .below:
            version < bound.version && (!bound.version.preRelease.isEmpty || version.release < bound.version)
        case .atMost: version <= bound.version
        case .above: version > bound.version
        case .atLeast: version >= bound.version
        }
    }
}

extension VersionRange {
    private static func malformed(_ text: some StringProtocol) -> GitError {
        let shown = OneLine.text(String(text), limit: 60)
        return GitError(
            .configuration,
            "\"\(shown)\" is no version range; write one like \">=1.2 <2\", \"^1.2\", \"~1.2\" or \"1.x\""
        )
    }

    private static func bounds(_ text: Substring) throws(GitError) -> [Bound] {
        let words = join(text.split(whereSeparator: { $0 == " " || $0 == "," }))
        guard !words.isEmpty else { throw malformed(text) }
        if words.count == 3, words[1] == "-", let low = PartialVersion(words[0]), let high = PartialVersion(words[2]) {
            return [Bound(relation: .atLeast, version: low.lowest)] + upTo(high)
        }
        var result: [Bound] = []
        for word in words {
            let sign = word.prefix { "<>=!^~".contains($0) }
            guard let partial = PartialVersion(word.dropFirst(sign.count)), let bounds = bounds(sign, partial) else {
                throw malformed(word)
            }
            result += bounds
        }
        return result
    }

    /// `>= 1.2` is written with a blank as often as without.
    private static func join(_ words: [Substring]) -> [String] {
        var result: [String] = []
        var sign = ""
        for word in words {
            if word.allSatisfy({ "<>=!^~".contains($0) }) {
                sign += word
            } else {
                result.append(sign + word)
                sign = ""
            }
        }
        return sign.isEmpty ? result : result + [sign]
    }

    private static func bounds(_ sign: Substring, _ partial: PartialVersion) -> [Bound]? {
        let low = Bound(relation: .atLeast, version: partial.lowest)
        let count = partial.parts.count
        if count == 0 { return sign.isEmpty || sign == "=" || sign == ">=" ? [low] : nil }
        switch sign {
        case "", "=", "==":
            return count == 3 ? [Bound(relation: .equal, version: partial.lowest)] : [low] + upTo(partial)
        case "!=": return count == 3 ? [Bound(relation: .notEqual, version: partial.lowest)] : nil
        case ">=": return [low]
        case "<": return [Bound(relation: .below, version: partial.lowest)]
        case "<=": return upTo(partial)
        case ">":
            return count == 3
                ? [Bound(relation: .above, version: partial.lowest)]
                : [Bound(relation: .atLeast, version: partial.above(count))]
        case "~": return [low, Bound(relation: .below, version: partial.above(min(count, 2)))]
        case "^":
            let firstNonZero = partial.parts.firstIndex { $0 != 0 }.map { $0 + 1 }
            return [low, Bound(relation: .below, version: partial.above(firstNonZero ?? count))]
        default: return nil
        }
    }

    /// `<=1.2` and the end of `1.0 - 1.2` include all of 1.2.
    private static func upTo(_ partial: PartialVersion) -> [Bound] {
        switch partial.parts.count {
        case 0: []
        case 3: [Bound(relation: .atMost, version: partial.lowest)]
        default: [Bound(relation: .below, version: partial.above(partial.parts.count))]
        }
    }
}
