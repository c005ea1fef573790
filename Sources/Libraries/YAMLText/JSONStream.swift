// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// JSON values one behind the other, as kubectl reads a document whose first character is `{`.
enum JSONStream {
    /// All values with the line on which each starts; nil when the text is not JSON from end to end, so that it is to be
    /// read as YAML (a flow map also starts with `{`).
    ///
    /// - Throws: The error of a text that is JSON but breaks a limit or repeats a key.
    static func values(
        in source: ArraySlice<UInt8>,
        firstLine: Int,
        limits: YAMLLimits
    ) throws(YAMLError) -> [YAMLDocument]? {
        var documents: [YAMLDocument] = []
        var line = firstLine
        var position = source.startIndex
        let parserLimits = JSONParser.Limits(maxDepth: limits.maxDepth, rejectsDuplicateKeys: true)
        while true {
            while position < source.endIndex, source[position].isBlank {
                if source[position] == 0x0A { line += 1 }
                position += 1
            }
            guard position < source.endIndex else { return documents }
            guard let end = endOfObject(source, from: position) else { return nil }
            let part = source[position..<end]
            do throws(JSONError) {
                let json = try JSONParser.parse(Array(part), limits: parserLimits)
                documents.append(YAMLDocument(json: json, line: line, source: part, sourceLine: line))
            } catch {
                guard isComplete(part) else { return nil }
                let remedy = "correct the JSON"
                throw YAMLError(line: line + error.line - 1, problem: error.problem, remedy: remedy)
            }
            line += part.count { $0 == 0x0A }
            position = end
        }
    }

    /// Whether the part is JSON when no rule of ours is applied.
    private static func isComplete(_ part: ArraySlice<UInt8>) -> Bool {
        (try? JSONParser.parse(Array(part), limits: JSONParser.Limits(maxDepth: 10_000))) != nil
    }

    /// The index behind the object that starts at `start`: brackets are counted outside of texts.
    private static func endOfObject(_ bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
        guard bytes[start] == UInt8(ascii: "{") else { return nil }
        var level = 0
        var isText = false
        var index = start
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isText: index += 1
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "{") where !isText, UInt8(ascii: "[") where !isText: level += 1
            case UInt8(ascii: "}") where !isText, UInt8(ascii: "]") where !isText:
                level -= 1
                if level == 0 { return index + 1 }
            default: break
            }
            index += 1
        }
        return nil
    }
}
