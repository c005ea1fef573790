// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// YAML and JSON texts, read and written as kubectl (1.36) reads and writes them.
///
/// A text is read to the same value as kubectl reads it, or refused. Refused although kubectl reads it: keys that stand
/// twice, `<<` below a key that it overwrites or with an anchor, text behind `...`, tags that JSON has no type for, a byte
/// order mark at the start of a later line, `:` at the end of a flow scalar, and what passes a limit. Read although kubectl
/// refuses it: `\/` in double quotes. Of several JSON values behind a `---` all are read, where kubectl may lose all but the first.
package enum YAMLText {
    /// Reads all documents of a text: each good one, and the errors of all others together.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - limits: What this text may cost.
    ///   - budget: What it may cost together with others; when that is spent, reading ends with an error.
    /// - Returns: The documents that could be read, and every error.
    package static func read(
        _ bytes: [UInt8],
        limits: YAMLLimits = YAMLLimits(),
        budget: ValueBudget? = nil
    ) -> YAMLReading {
        if let error = refusal(of: bytes, limits: limits) { return YAMLReading(documents: [], errors: [error]) }
        // kubectl ends every line, so that a block scalar on the last one keeps its line break.
        var splitter = DocumentSplitter(bytes.last == 0x0A ? bytes : bytes + [0x0A])
        var documents: [YAMLDocument] = []
        var errors: [YAMLError] = []
        var parts = 0
        while errors.count + splitter.badSeparators.count <= limits.maxErrors, let part = splitter.next() {
            parts += 1
            guard parts <= limits.maxDocuments, documents.count < limits.maxDocuments else {
                errors.append(tooManyDocuments(limits, line: part.firstLine))
                break
            }
            if part.isBlank { continue }
            do throws(YAMLErrors) {
                documents += try self.documents(of: part, limits: limits, budget: budget)
            } catch {
                errors += error.errors
            }
            if let budget, budget.isSpent { break }
        }
        errors += splitter.badSeparators.map(badSeparator)
        return YAMLReading(documents: documents, errors: told(errors.sorted(), limits))
    }

    /// As many errors as one text may have; the last one says that there are more, and that reading ended.
    private static func told(_ errors: [YAMLError], _ limits: YAMLLimits) -> [YAMLError] {
        guard errors.count > limits.maxErrors else { return errors }
        let last = YAMLError(
            line: errors[limits.maxErrors - 1].line,
            problem: "more than \(limits.maxErrors - 1) errors: the rest of the text is not read",
            remedy: "correct these first"
        )
        return Array(errors.prefix(limits.maxErrors - 1)) + [last]
    }

    private static func tooManyDocuments(_ limits: YAMLLimits, line: Int) -> YAMLError {
        YAMLError(line: line, problem: "more than \(limits.maxDocuments) documents", remedy: "split the file")
    }

    private static func badSeparator(_ line: Int) -> YAMLError {
        YAMLError(
            line: line,
            problem: "a line that starts with '---' holds more than a comment",
            remedy: "write '---' alone on its line; indent the text if it belongs to a value"
        )
    }

    /// All documents of a text, in order; empty ones are passed over.
    ///
    /// - Throws: ``YAMLErrors`` with every error of every document.
    package static func documents(
        in bytes: [UInt8],
        limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLErrors) -> [YAMLDocument] {
        let reading = read(bytes, limits: limits)
        guard reading.errors.isEmpty else { throw YAMLErrors(errors: reading.errors) }
        return reading.documents
    }

    /// The value of a text with one document, such as a configuration file; `null` for an empty text.
    ///
    /// - Throws: The first error, or an error on the second document.
    package static func single(_ text: String) throws(YAMLError) -> JSON {
        let reading = read(Array(text.utf8))
        if let first = reading.errors.first { throw first }
        if reading.documents.count > 1 {
            throw YAMLError(
                line: reading.documents[1].line,
                problem: "a second document",
                remedy: "keep one document in this file"
            )
        }
        return reading.documents.first?.json ?? .null
    }

    private static func refusal(of bytes: [UInt8], limits: YAMLLimits) -> YAMLError? {
        if bytes.count > limits.maxBytes {
            return YAMLError(
                line: 1,
                problem: "larger than \(limits.maxBytes) bytes",
                remedy: "split the file"
            )
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return YAMLError(line: 1, problem: "the text is UTF-16", remedy: "save the file as UTF-8")
        }
        return nil
    }

    private static func documents(
        of part: DocumentSplitter.Part,
        limits: YAMLLimits,
        budget: ValueBudget?
    ) throws(YAMLErrors) -> [YAMLDocument] {
        let content = contentStart(part)
        if let first = content.first, part.bytes[first] == UInt8(ascii: "{") {
            do throws(YAMLError) {
                let lines = part.bytes[..<first].count { $0 == 0x0A }
                let source = part.bytes[first...]
                let stream = JSONStream(firstLine: part.firstLine + lines, limits: limits, budget: budget)
                let values = try stream.values(in: source)
                if let values { return values }
            } catch {
                throw YAMLErrors(errors: [error])
            }
        }
        guard let document = try document(of: part, limits: limits, budget: budget) else { return [] }
        return [document]
    }

    /// The index of the first byte behind the separator line and white space; empty when there is none.
    private static func contentStart(_ part: DocumentSplitter.Part) -> Range<Int> {
        var index = part.bytes.startIndex
        if part.bytes.starts(with: [0x2D, 0x2D, 0x2D]) {
            index = part.bytes.firstIndex(of: 0x0A) ?? part.bytes.endIndex
        }
        while index < part.bytes.endIndex, part.bytes[index].isBlank { index += 1 }
        return index..<part.bytes.endIndex
    }

    /// The line breaks of YAML 1.1 in UTF-8.
    private static let lineBreaks: [[UInt8]] = [
        [0x0A], [0x0D], [0xC2, 0x85], [0xE2, 0x80, 0xA8], [0xE2, 0x80, 0xA9],
    ]

    /// The line of a byte order mark at the start of a line that is not the document's first: libyaml passes over it,
    /// kubectl takes it for a letter.
    private static func strayMark(in part: DocumentSplitter.Part) -> YAMLError? {
        var rest = part.bytes
        while let index = rest.firstIndex(of: 0xEF) {
            rest = part.bytes[(index + 1)...]
            guard index > part.bytes.startIndex, rest.starts(with: [0xBB, 0xBF]) else { continue }
            guard lineBreaks.contains(where: { part.bytes[..<index].suffix($0.count).elementsEqual($0) }) else {
                continue
            }
            let line = part.firstLine + part.bytes[..<index].count { $0 == 0x0A }
            let problem = "a byte order mark (U+FEFF) at the start of a line"
            return YAMLError(line: line, column: 1, problem: problem, remedy: "remove it")
        }
        return nil
    }

    /// The line of a directive (`%YAML`, `%TAG`) in front of the document.
    private static func directive(in part: DocumentSplitter.Part) -> YAMLError? {
        var text = part.bytes
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        guard let index = DirectiveSearch.first(in: text) else { return nil }
        return DirectiveSearch.error(line: part.firstLine + part.bytes[..<index].count { $0 == 0x0A })
    }

    private static func document(
        of part: DocumentSplitter.Part,
        limits: YAMLLimits,
        budget: ValueBudget?
    ) throws(YAMLErrors) -> YAMLDocument? {
        if let error = strayMark(in: part) ?? directive(in: part) { throw YAMLErrors(errors: [error]) }
        let result = part.bytes.withUnsafeBufferPointer { text in
            TreeBuilder.document(text, firstLine: part.firstLine, limits: limits, budget: budget)
        }
        guard let value = try result.get(), !value.json.isNull else { return nil }
        return YAMLDocument(json: value.json, line: value.line, source: part.bytes, sourceLine: part.firstLine)
    }
}
