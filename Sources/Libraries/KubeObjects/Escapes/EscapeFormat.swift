// SPDX-License-Identifier: Apache-2.0

/// A family of escapes. Each is undone on its own, because they take each other's marks for text: in HTML `\n` is two
/// letters, and in JSON `&amp;` is five.
enum EscapeFormat: UInt8, Sendable {
    /// `\"`, `\n`, `\u0026`, `\x1b`: JSON, Go, YAML in double quotes, shells, Python, Java.
    case backslash
    /// `&quot;`, `&#34;`: HTML and XML.
    case entity
    /// `%22`: URLs.
    case percent
    /// `''` for `'` and `""` for `"`: YAML in single quotes, SQL, CSV. A shell's `'\''` is one, too.
    case doubledQuote

    /// A bit of its own.
    var bit: UInt8 { 1 << rawValue }
}

/// One escape in a text.
struct Escape {
    /// What an escape stands for.
    enum Meaning {
        /// A line that goes on.
        case nothing
        case byte(UInt8)
        case scalar(Unicode.Scalar)
    }

    /// How many bytes of the text it takes.
    let length: Int
    let meaning: Meaning

    init(length: Int, _ meaning: Meaning) {
        self.length = length
        self.meaning = meaning
    }

    /// The letter with that number; U+FFFD when there is none, as for Go.
    init(length: Int, code: UInt32) {
        self.init(length: length, .scalar(Unicode.Scalar(code) ?? "\u{FFFD}"))
    }

    /// Appends the UTF-8 bytes that it stands for.
    func append(to output: inout [UInt8]) {
        switch meaning {
        case .nothing: break
        case .byte(let byte): output.append(byte)
        case .scalar(let scalar): output.append(contentsOf: String(scalar).utf8)
        }
    }
}
