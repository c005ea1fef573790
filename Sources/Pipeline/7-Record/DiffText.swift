// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import YAMLText

/// A unified diff of two states of an object as YAML, for people.
///
/// Built in one way only, through the redactor: values of Secrets and of fields with a telling name (`password`, …)
/// show as a mask that says no more than whether they changed, the last-applied annotation is left out, and everything
/// that ``Redactor`` knows is masked. Bookkeeping of the server (`status`, `managedFields`, `resourceVersion`, …) is
/// left out too. Invisible characters in a value or key are escaped; a line with such an escape looks like one in which
/// the escape itself was typed.
package struct DiffText: Sendable, Hashable, Codable {
    /// The most lines below the header, and the most bytes.
    package static let maxLines = 2000
    package static let maxBytes = 256 << 10
    /// The longest line of the header, in letters.
    private static let maxHeader = 1000
    /// For an object with more lines or bytes as YAML, the diff only says that it differs: comparing it would cost too
    /// much memory.
    package static let maxComparedLines = 50_000
    package static let maxComparedBytes = 8 << 20

    /// Lines of a unified diff with `---` and `+++` headers, each ended by a line feed.
    package let text: String
    /// Whether lines at the end were left out because the diff was too long; then the last line says how many.
    package let isTruncated: Bool

    /// A part of a difference, which was built as said above.
    init(text: String, isTruncated: Bool) {
        self.text = text
        self.isTruncated = isTruncated
    }

    /// Compares two states of one object; nil when both are absent or nothing that is shown differs.
    ///
    /// - Parameters:
    ///   - before: Nil for an object that is created.
    ///   - after: Nil for an object that is deleted.
    ///   - beforeLabel: Stands behind `---`; by default `before` and the object's id, or `/dev/null`.
    ///   - afterLabel: Stands behind `+++`; by default `after` and the object's id, or `/dev/null`.
    ///   - redactor: Knows the secrets of this process.
    package init?(
        before: KubeObject?,
        after: KubeObject?,
        beforeLabel: String? = nil,
        afterLabel: String? = nil,
        by redactor: Redactor = .shared
    ) {
        let masked = ObjectMask.mask(before: before, after: after, by: redactor)
        guard masked.before != masked.after else { return nil }
        let id = (after ?? before).map { "\($0.id)" } ?? ""
        let header = [
            "--- \(before == nil ? "/dev/null" : beforeLabel.map { redactor.redact($0) } ?? "before \(id)")",
            "+++ \(after == nil ? "/dev/null" : afterLabel.map { redactor.redact($0) } ?? "after \(id)")",
        ].map { $0.shown(atMost: Self.maxHeader) }
        let sizes = [masked.before, masked.after].compactMap { $0 }.map(YAMLSize.init)
        guard sizes.allSatisfy({ $0.lines <= Self.maxComparedLines && $0.bytes <= Self.maxComparedBytes }) else {
            isTruncated = true
            let lines = sizes.map { "\($0.lines)" }.joined(separator: " and ")
            text = (header + ["… too large to compare line by line: \(lines) lines"]).map { $0 + "\n" }.joined()
            return
        }
        let body = LineDiff(from: Self.lines(masked.before), to: Self.lines(masked.after)).unified(limit: Self.maxLines)
        var kept = body.lines.map(\.visible)
        var bytes = kept.reduce(0) { $0 + $1.utf8.count + 1 }
        while bytes > Self.maxBytes, let last = kept.popLast() { bytes -= last.utf8.count + 1 }
        isTruncated = kept.count < body.count
        if isTruncated { kept.append(DiffText.mark(of: body.count - kept.count)) }
        text = (header + kept).map { $0 + "\n" }.joined()
    }

    /// Whether it says that nothing is left of the object.
    var endsInNothing: Bool { text.split(separator: "\n", maxSplits: 2).dropFirst().first == "+++ /dev/null" }

    private static func lines(_ json: JSON?) -> [String] {
        guard let json else { return [] }
        return YAMLText.emit(json, escapesUnseen: false).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast(if: \.isEmpty).map(String.init)
    }
}

extension BidirectionalCollection {
    /// Without its last element if that one satisfies the condition.
    fileprivate func dropLast(if condition: (Element) -> Bool) -> SubSequence {
        if let last, condition(last) { return dropLast() }
        return self[...]
    }
}
