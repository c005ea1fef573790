// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Writes block-style YAML into bytes.
struct YAMLEmitter {
    /// Where a scalar stands: only a value may be written over several lines.
    enum Place {
        case value
        case simpleKey
    }

    /// Whether invisible characters are escaped.
    let escapesUnseen: Bool
    var output: [UInt8] = []
    /// Characters on the current line so far.
    var column = 0

    /// Writes a whole document with its closing line break.
    mutating func root(_ json: JSON) {
        block(json, indent: 0)
        if column > 0 { lineBreak() }
    }

    /// Writes a value at the current place: the first line here, the others at `indent`.
    private mutating func block(_ json: JSON, indent: Int) {
        switch json {
        case .object(let object) where !object.isEmpty: map(object, indent: indent)
        case .array(let elements) where !elements.isEmpty: list(elements, indent: indent)
        default: scalar(json, indent: indent + 2, place: .value)
        }
    }

    private mutating func map(_ object: JSONObject, indent: Int) {
        var isFirst = true
        for member in KeyOrder.sorted(object.members) {
            if !isFirst { startLine(indent) }
            isFirst = false
            let text = ScalarText(member.key, escapesUnseen: escapesUnseen)
            if text.fitsSimpleKey {
                write(text, indent: indent + 2, place: .simpleKey)
                ascii(":")
                memberValue(member.value, indent: indent)
            } else {
                ascii("? ")
                write(text, indent: indent + 2, place: .value)
                startLine(indent)
                ascii(": ")
                block(member.value, indent: indent + 2)
            }
        }
    }

    private mutating func memberValue(_ json: JSON, indent: Int) {
        switch json {
        case .object(let object) where !object.isEmpty:
            startLine(indent + 2)
            map(object, indent: indent + 2)
        case .array(let elements) where !elements.isEmpty:
            startLine(indent)
            list(elements, indent: indent)
        default:
            ascii(" ")
            scalar(json, indent: indent + 2, place: .value)
        }
    }

    private mutating func list(_ elements: [JSON], indent: Int) {
        var isFirst = true
        for element in elements {
            if !isFirst { startLine(indent) }
            isFirst = false
            ascii("- ")
            block(element, indent: element.isCollection ? indent + 2 : indent)
        }
    }

    private mutating func scalar(_ json: JSON, indent: Int, place: Place) {
        switch json {
        case .null: ascii("null")
        case .bool(let value): ascii(value ? "true" : "false")
        case .int(let value): ascii(String(value))
        case .double(let value): ascii(NumberText.text(value))
        case .string(let value): write(ScalarText(value, escapesUnseen: escapesUnseen), indent: indent, place: place)
        case .array: ascii("[]")
        case .object: ascii("{}")
        }
    }

    /// Appends text without line breaks whose bytes are all ASCII.
    mutating func ascii(_ text: String) {
        output.append(contentsOf: text.utf8)
        column += text.utf8.count
    }

    /// Ends the current line.
    mutating func lineBreak() {
        output.append(0x0A)
        column = 0
    }

    /// Goes to `indent` on a line of its own: the current one if nothing stands on it yet.
    mutating func startLine(_ indent: Int) {
        if column > 0 { lineBreak() }
        output.append(contentsOf: repeatElement(0x20, count: indent))
        column = indent
    }
}

extension JSON {
    /// Whether this is a list or a map with something in it.
    fileprivate var isCollection: Bool {
        switch self {
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.isEmpty
        default: false
        }
    }
}
