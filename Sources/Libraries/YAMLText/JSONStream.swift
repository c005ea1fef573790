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
        while true {
            while position < source.endIndex, source[position].isBlank {
                if source[position] == 0x0A { line += 1 }
                position += 1
            }
            guard position < source.endIndex else { return documents }
            guard documents.count < limits.maxDocuments else {
                let problem = "more than \(limits.maxDocuments) documents"
                throw YAMLError(line: line, problem: problem, remedy: "split the file")
            }
            guard let end = endOfObject(source, from: position, maxDepth: limits.maxDepth) else { return nil }
            let part = source[position..<end]
            guard let json = try value(part, line: line, limits: limits) else { return nil }
            documents.append(YAMLDocument(json: json, line: line, source: part, sourceLine: line))
            line += part.count { $0 == 0x0A }
            position = end
        }
    }

    /// The value of a part; nil when it is no JSON.
    ///
    /// - Throws: An error for a key that stands twice.
    private static func value(
        _ part: ArraySlice<UInt8>,
        line: Int,
        limits: YAMLLimits
    ) throws(YAMLError) -> JSON? {
        let bytes = Array(part)
        var parserLimits = JSONParser.Limits(
            maxDepth: limits.maxDepth,
            maxValues: limits.maxNodes,
            rejectsDuplicateKeys: true
        )
        do throws(JSONError) { return try JSONParser.parse(bytes, limits: parserLimits) } catch {
            parserLimits.rejectsDuplicateKeys = false
            guard (try? JSONParser.parse(bytes, limits: parserLimits)) != nil else { return nil }
            throw YAMLError(line: line + error.line - 1, problem: error.problem, remedy: "remove one of the two")
        }
    }

    /// The index behind the object that starts at `start`: brackets are counted outside of texts. Nil when it does not
    /// end, or nests too deep for JSON of ours.
    private static func endOfObject(_ bytes: ArraySlice<UInt8>, from start: Int, maxDepth: Int) -> Int? {
        guard bytes[start] == UInt8(ascii: "{") else { return nil }
        var level = 0
        var isText = false
        var index = start
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isText: index += 1
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "{") where !isText, UInt8(ascii: "[") where !isText:
                level += 1
                if level > maxDepth { return nil }
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
