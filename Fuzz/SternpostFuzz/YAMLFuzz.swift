// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import YAMLText

/// YAML texts: documents or errors with a place, and what was read is printed as something that reads the same.
enum YAMLFuzz {
    static func read(_ bytes: [UInt8]) {
        let reading = YAMLText.read(bytes)
        // YAML has more line breaks than LF; none is shorter than a byte.
        let lines = 1...(bytes.count + 2)
        for error in reading.errors {
            require(lines.contains(error.line), "an error outside of the text: \(error)")
            require(!error.problem.isEmpty && !error.remedy.isEmpty, "an error without words or remedy: \(error)")
        }
        for document in reading.documents {
            require(lines.contains(document.line), "a document outside of the text: \(document.line)")
            require(!document.json.isNull, "an empty document")
            checkRoundTrip(document.json)
        }
    }

    /// Printed and read again, through YAML and through JSON, a value is the same.
    static func checkRoundTrip(_ json: JSON) {
        // Through JSON first: an integer beyond 64 bits is a double, and prints as the integer that it stands for.
        // In a map, because only a text that starts with `{` is read as JSON.
        let map: JSON = ["v": json]
        guard let value = try? JSONParser.parse(map.text) else { fatalError("our JSON is none: \(map.text)") }
        let text = YAMLText.emit(value)
        guard let again = try? YAMLText.single(text) else { fatalError("our YAML is none: \(text)") }
        let direct = try? YAMLText.single(value.text)
        require(again == direct, "YAML and JSON of one value differ: \(text)\n\(value.text)")
    }
}
