// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// JSON values one behind the other, as kubectl reads a document whose first character is `{`.
struct JSONStream {
    /// The line on which the text starts.
    let firstLine: Int
    let limits: YAMLLimits
    let budget: ValueBudget?

    /// All values with the line on which each starts; nil when the text is not JSON from end to end, so that it is to be
    /// read as YAML (a flow map also starts with `{`).
    ///
    /// - Throws: The error of a text that is JSON but breaks a limit or repeats a key.
    func values(in source: ArraySlice<UInt8>) throws(YAMLError) -> [YAMLDocument]? {
        var documents: [YAMLDocument] = []
        var taken = (nodes: 0, bytes: 0)
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
            guard let (end, nodes) = endOfObject(source, from: position) else { return giveBack(taken) }
            let part = source[position..<end]
            taken = (taken.nodes + nodes, taken.bytes + part.count)
            if let budget, !budget.take(nodes: nodes, textBytes: part.count) { throw budget.error(line: line) }
            guard let json = try value(part, line: line) else { return giveBack(taken) }
            documents.append(YAMLDocument(json: json, line: line, source: part, sourceLine: line))
            line += part.count { $0 == 0x0A }
            position = end
        }
    }

    /// Gives back what all values so far have cost: they will be read, and paid for, as YAML.
    private func giveBack(_ taken: (nodes: Int, bytes: Int)) -> [YAMLDocument]? {
        budget?.giveBack(nodes: taken.nodes, textBytes: taken.bytes)
        return nil
    }

    /// The value of a part; nil when it is no JSON.
    ///
    /// - Throws: An error for a key that stands twice.
    private func value(_ part: ArraySlice<UInt8>, line: Int) throws(YAMLError) -> JSON? {
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

    /// The index behind the object that starts at `start`, and about how many nodes it has: brackets, commas and colons are
    /// counted outside of texts. Nil when it does not end, or nests too deep for JSON of ours.
    private func endOfObject(_ bytes: ArraySlice<UInt8>, from start: Int) -> (end: Int, nodes: Int)? {
        guard bytes[start] == UInt8(ascii: "{") else { return nil }
        var level = 0
        var isText = false
        var index = start
        var nodes = 1
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isText: index += 1
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "{") where !isText, UInt8(ascii: "[") where !isText:
                level += 1
                nodes += 2
                if level > limits.maxDepth { return nil }
            case UInt8(ascii: "}") where !isText, UInt8(ascii: "]") where !isText:
                level -= 1
                if level == 0 { return (index + 1, nodes) }
            case UInt8(ascii: ",") where !isText, UInt8(ascii: ":") where !isText: nodes += 1
            default: break
            }
            index += 1
        }
        return nil
    }
}
