// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// Reads fields of a configuration document, and collects every problem with its path.
struct DocumentReader {
    let file: String
    private(set) var problems: [String] = []

    init(file: String) { self.file = file }

    /// Notes a problem at a path.
    mutating func complain(_ path: String, _ problem: String) { problems.append("\(file): \(path): \(problem)") }

    /// Complains about each key of a map that is not allowed there, naming the nearest allowed one; and about a value
    /// that is not a map, which would otherwise be ignored (`prune: false`).
    mutating func allow(_ keys: [String], in json: JSON?, at path: String) {
        guard let json, !json.isNull else { return }
        guard let members = json.object else {
            complain(
                path.isEmpty ? "document" : path,
                "expected a map with \(keys.joined(separator: ", ")), found a \(json.typeName)"
            )
            return
        }
        for key in members.keys where !keys.contains(key) {
            let near = keys.min { DocumentReader.distance($0, key) < DocumentReader.distance($1, key) } ?? ""
            let hint =
                DocumentReader.distance(near, key) <= 2
                ? "did you mean \(near)?" : "allowed: \(keys.joined(separator: ", "))"
            complain(path.isEmpty ? key : "\(path).\(key)", "unknown field; \(hint)")
        }
    }

    /// A string; nil, with a problem noted, when the value is something else.
    mutating func text(_ json: JSON?, at path: String, isRequired: Bool = false) -> String? {
        guard let json, !json.isNull else {
            if isRequired { complain(path, "is missing") }
            return nil
        }
        guard let text = json.string else {
            complain(path, "expected text, found a \(json.typeName); put it in quotes")
            return nil
        }
        if isRequired, text.isEmpty { complain(path, "is empty") }
        return text
    }

    /// A list of at most 100 strings.
    mutating func texts(_ json: JSON?, at path: String) -> [String]? {
        guard let json, !json.isNull else { return nil }
        guard let items = json.array, items.count <= 100 else {
            complain(path, "expected a list of at most 100 texts, found a \(json.typeName)")
            return nil
        }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            if let text = text(item, at: "\(path)[\(index)]", isRequired: true) { texts.append(text) }
        }
        return texts
    }

    /// A boolean.
    mutating func flag(_ json: JSON?, at path: String) -> Bool? {
        guard let json, !json.isNull else { return nil }
        guard let flag = json.bool else {
            complain(path, "expected true or false, found a \(json.typeName)")
            return nil
        }
        return flag
    }

    /// A whole number within a range.
    mutating func number(_ json: JSON?, at path: String, in range: ClosedRange<Int>) -> Int? {
        guard let json, !json.isNull else { return nil }
        guard let number = json.int.map(Int.init), range.contains(number) else {
            complain(path, "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A duration such as `30s`, at least `minimum`.
    mutating func duration(_ json: JSON?, at path: String, minimum: Duration) -> Duration? {
        guard let text = text(json, at: path) else { return nil }
        guard let duration = DurationText.parse(text), duration >= minimum else {
            complain(path, "expected a duration of at least \(DurationText.describe(minimum)), such as 30s or 5m")
            return nil
        }
        return duration
    }

    /// One of the allowed words.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ json: JSON?,
        at path: String,
        of type: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        guard let text = text(json, at: path) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            complain(path, "expected one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return choice
    }

    /// Edit distance of two short words.
    private static func distance(_ left: String, _ right: String) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let current = row[j + 1]
                row[j + 1] = a == b ? previous : min(previous, current, row[j]) + 1
                previous = current
            }
        }
        return row[right.count]
    }
}
