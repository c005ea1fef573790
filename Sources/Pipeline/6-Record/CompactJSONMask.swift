// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Hides values in compact JSON text by the names of their keys. One pass; works on a text that was cut off, too.
struct CompactJSONMask {
    private let bytes: [UInt8]
    private var output: [UInt8] = []
    private var position = 0
    /// The text that came last, and the one of the key `name` in the object that is open.
    private var key: ArraySlice<UInt8>?
    private var name: ArraySlice<UInt8>?

    private init(_ text: String) { bytes = Array(text.utf8) }

    /// The text with hidden values masked; one that is no list or map as it is.
    static func mask(_ text: String) -> String {
        guard text.utf8.first == UInt8(ascii: "{") || text.utf8.first == UInt8(ascii: "[") else { return text }
        var mask = CompactJSONMask(text)
        mask.run()
        return String(decoding: mask.output, as: UTF8.self)
    }

    private mutating func run() {
        output.reserveCapacity(bytes.count)
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                text()
                continue
            }
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") { name = nil }
            if byte != UInt8(ascii: ":") { key = nil }
            output.append(byte)
            position += 1
        }
    }

    /// Takes the text that starts here: a key, or a value that is shown or hidden.
    private mutating func text() {
        let start = position + 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        end = min(end, bytes.count)
        let content = bytes[start..<end]
        position = min(end + 1, bytes.count)
        guard let key else {
            self.key = content
            output.append(contentsOf: bytes[start - 1..<position])
            return
        }
        let isHidden = isTelling(key) || key.elementsEqual("value".utf8) && name.map(isTelling) == true
        if key.elementsEqual("name".utf8) { name = content }
        self.key = nil
        if isHidden {
            output.append(contentsOf: "\"\(Redactor.mask)\"".utf8)
        } else {
            output.append(contentsOf: bytes[start - 1..<position])
        }
    }

    private func isTelling(_ name: ArraySlice<UInt8>) -> Bool {
        SensitiveName.matches(String(decoding: name, as: UTF8.self))
    }
}
