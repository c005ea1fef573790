// SPDX-License-Identifier: Apache-2.0
import CLibYAML

/// libyaml's parser over one document's text. Owns the C parser; the text must outlive it.
struct EventReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeBufferPointer<UInt8>
    /// The line of the text's first byte, from 1.
    private let firstLine: Int

    /// Starts reading `text`, UTF-8 with or without a byte order mark.
    init(_ text: UnsafeBufferPointer<UInt8>, firstLine: Int) throws(YAMLError) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        self.text = text.starts(with: mark) ? UnsafeBufferPointer(rebasing: text[3...]) : text
        self.firstLine = firstLine
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(
                line: firstLine,
                problem: "no memory for the YAML parser",
                remedy: "give the process more memory"
            )
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, self.text.baseAddress, self.text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event; after the stream's end it is that again.
    func next() throws(YAMLError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { yaml_event_delete(&event) }
        let line = firstLine + Int(event.start_mark.line)
        let column = Int(event.start_mark.column) + 1
        let end = Int(event.end_mark.index)
        func made(_ kind: YAMLEvent.Kind, anchor: UnsafePointer<UInt8>? = nil, tag: String? = nil) -> YAMLEvent {
            YAMLEvent(kind: kind, anchor: anchor.map(Self.text), foreignTag: tag, line: line, column: column, end: end)
        }
        switch event.type {
        case YAML_STREAM_START_EVENT: return made(.streamStart)
        case YAML_DOCUMENT_START_EVENT: return made(.documentStart)
        case YAML_DOCUMENT_END_EVENT: return made(.documentEnd)
        case YAML_ALIAS_EVENT: return made(.alias(Self.text(event.data.alias.anchor)))
        case YAML_SCALAR_EVENT: return made(Self.scalar(event), anchor: event.data.scalar.anchor)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return made(.listStart, anchor: start.anchor, tag: Self.foreign(start.tag, own: "tag:yaml.org,2002:seq"))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return made(.mapStart, anchor: start.anchor, tag: Self.foreign(start.tag, own: "tag:yaml.org,2002:map"))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return made(.collectionEnd)
        default: return made(.streamEnd)
        }
    }

    /// The error for a directive behind the end of the document, before libyaml is asked what comes next: it would read all
    /// directives that stand there.
    func directive(behind documentEnd: YAMLEvent) -> YAMLError? {
        guard parser.pointee.stream_end_produced == 0 else { return nil }
        let start = byteIndex(ofCharacter: documentEnd.end)
        let isLineStart = start == 0 || text[start - 1] == 0x0A || text[start - 1] == 0x0D || text[start - 1] >= 0x80
        guard let index = DirectiveSearch.first(in: text[start...], isLineStart: isLineStart) else { return nil }
        return DirectiveSearch.error(line: firstLine + text[..<index].count { $0 == 0x0A })
    }

    private func byteIndex(ofCharacter wanted: Int) -> Int {
        var character = -1
        for (index, byte) in text.enumerated() where byte & 0xC0 != 0x80 {
            character += 1
            if character == wanted { return index }
        }
        return text.count
    }

    private static func text(_ pointer: UnsafePointer<UInt8>) -> String { String(cString: pointer) }

    private static func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }

    private static func scalar(_ event: yaml_event_t) -> YAMLEvent.Kind {
        let scalar = event.data.scalar
        let bytes = UnsafeBufferPointer(start: UnsafePointer(scalar.value), count: scalar.length)
        let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
        let isMergeText = bytes.count == 2 && bytes[0] == UInt8(ascii: "<") && bytes[1] == UInt8(ascii: "<")
        guard scalar.tag != nil else {
            let value = isPlain ? ScalarResolver.plain(bytes) : .string(ScalarResolver.text(bytes))
            return .scalar(value, size: bytes.count, isMerge: isMergeText && isPlain)
        }
        let tag = text(scalar.tag)
        if tag == "!" { return .scalar(.string(ScalarResolver.text(bytes)), size: bytes.count, isMerge: isMergeText) }
        let prefix = "tag:yaml.org,2002:"
        guard tag.hasPrefix(prefix) else {
            let problem = ScalarResolver.unknownTag(tag)
            return .scalar(
                .refused(problem: problem, remedy: ScalarResolver.tagRemedy),
                size: bytes.count,
                isMerge: false
            )
        }
        let name = String(tag.dropFirst(prefix.count))
        if name == "merge", isMergeText { return .scalar(.string("<<"), size: 2, isMerge: true) }
        return .scalar(ScalarResolver.tagged(name, bytes), size: bytes.count, isMerge: false)
    }

    private static func foreign(_ tag: UnsafeMutablePointer<UInt8>?, own: String) -> String? {
        guard let tag else { return nil }
        let name = text(tag)
        if name == own || name == "!" { return nil }
        return name.hasPrefix("tag:yaml.org,2002:") ? String(name.dropFirst("tag:yaml.org,2002:".count)) : name
    }

    private func syntaxError() -> YAMLError {
        let state = parser.pointee
        let problem = state.problem.map { String(cString: $0) } ?? "unreadable text"
        switch state.error {
        case YAML_READER_ERROR:
            let offset = min(Int(state.problem_offset), text.count)
            let line = firstLine + text[..<offset].count { $0 == 0x0A }
            return YAMLError(
                line: line,
                problem: problem.hasPrefix("control")
                    ? "a control character stands in the text" : "the text is not UTF-8",
                remedy: "save the file as UTF-8 text and write the character as an escape in double quotes"
            )
        case YAML_MEMORY_ERROR:
            return YAMLError(line: firstLine, problem: "no memory left", remedy: "give the process more memory")
        default:
            // What is still open at the end of the text is best shown where it was opened.
            let lines = text.count { $0 == 0x0A } + (text.last == 0x0A ? 0 : 1)
            let isAtEnd = Int(state.problem_mark.line) >= lines
            let mark = isAtEnd && state.context != nil ? state.context_mark : state.problem_mark
            let line = min(Int(mark.line), max(lines - 1, 0))
            return SyntaxAdvice(text: text, line: line).error(
                problem: problem,
                line: firstLine + line,
                column: line == Int(mark.line) ? Int(mark.column) + 1 : nil
            )
        }
    }
}
