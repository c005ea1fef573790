// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension YAMLText {
    /// The value as `kubectl … -o yaml` prints it, byte for byte: keys in go-yaml's order, lists not indented below their
    /// key, quotes only where a reader would take the text for something else, `|` for texts of several lines, long
    /// lines folded at column 80. Ends with a line break.
    ///
    /// Different from kubectl where its text does not read back as the value: U+FEFF and U+007F, which it cannot
    /// print, and U+0085, which it turns into a blank, are escapes here, and the key `<<` stands in quotes. Different
    /// also where people would read something else than programs: what is ``Swift/Unicode/Scalar/isUnseen``, such as
    /// the characters that turn the direction of writing, is an escape in quotes.
    ///
    /// - Parameters:
    ///   - json: The document.
    ///   - escapesUnseen: False for who escapes what is unseen later, in the lines: an escape in quotes costs a text of several
    ///     lines its lines.
    /// - Returns: The document's text.
    package static func emit(_ json: JSON, escapesUnseen: Bool = true) -> String {
        var emitter = YAMLEmitter(escapesUnseen: escapesUnseen)
        emitter.root(json)
        return String(decoding: emitter.output, as: UTF8.self)
    }
}
