// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import YAMLText

/// Takes a document apart into single objects, as kubectl does: whatever has `items` at the top is a list of objects,
/// and lists may hold lists, a few levels deep.
struct ListExpansion {
    /// One object with its path in the document.
    struct Item {
        let json: JSON
        let line: Int
        /// What holds it; nil for the document itself.
        fileprivate let list: List?
        fileprivate let index: Int

        /// Made only for problems, from what all elements of a list share, and not for every object.
        var path: [YAMLPathStep] {
            guard let list else { return [] }
            return list.path + [.index(index)]
        }
    }

    /// The list under `items` of one item.
    fileprivate final class List: Sendable {
        private let outer: List?
        private let index: Int
        /// 1 for the list of the document itself.
        let level: Int

        init(of item: Item) {
            outer = item.list
            index = item.index
            level = (item.list?.level ?? 0) + 1
        }

        var path: [YAMLPathStep] {
            guard let outer else { return ["items"] }
            return outer.path + [.index(index), "items"]
        }
    }

    /// A value that is not an object.
    struct Fault {
        let line: Int
        let problem: String
        let remedy: String
    }

    private(set) var items: [Item] = []
    private(set) var faults: CappedList<Fault>
    /// Whether the document is a list without any element.
    private(set) var isEmptyList = false
    private let document: YAMLDocument
    private let maxItems: Int
    /// Whether there are more objects than one commit may have: then none of them is returned.
    private var isOverfull = false

    /// Levels of lists inside each other; tools write one, or two.
    private static let maxLevels = 3

    init(_ document: YAMLDocument, limits: RenderLimits) {
        self.document = document
        maxItems = limits.maxObjects
        faults = CappedList(limit: limits.maxProblems)
    }

    mutating func run() {
        let isList = document.json["items"] != nil
        // Empty lists have lines, too.
        let lines = isList ? document.itemLines(atMost: 4 * (maxItems + 1)) : nil
        expand(Item(json: document.json, line: document.line, list: nil, index: 0), lines)
        isEmptyList = items.isEmpty && faults.isEmpty
    }

    private mutating func fault(_ problem: String, _ remedy: String, line: Int) {
        faults.append(Fault(line: line, problem: problem, remedy: remedy))
    }

    /// `lines` are the lines of the item's own elements; nil where the text does not show them.
    private mutating func expand(_ item: Item, _ lines: ItemLines?) {
        guard let members = item.json.object else {
            return fault("a \(item.json.typeName) where a Kubernetes object should stand", Self.remedy, line: item.line)
        }
        guard let list = members["items"] else {
            guard members["kind"]?.string == "List" else { return add(item) }
            return fault("a List without items", "add items or remove it", line: item.line)
        }
        let place = List(of: item)
        guard let elements = list.array ?? (list.isNull ? [] : nil) else {
            // Finding the line reads the whole document: done once, not for each of many nested lists.
            let line = place.level == 1 ? document.line(of: place.path) : item.line
            return fault("items is a \(list.typeName), not a list of objects", Self.remedy, line: line)
        }
        guard place.level <= Self.maxLevels else {
            let problem = "lists inside each other, more than \(Self.maxLevels) levels deep"
            return fault(problem, "write the objects into one list", line: item.line)
        }
        for (index, element) in elements.enumerated() where !isOverfull {
            let json = Self.inheriting(element, from: members)
            let own = lines.flatMap { $0.items.indices.contains(index) ? $0.items[index] : nil }
            expand(Item(json: json, line: own?.line ?? item.line, list: place, index: index), own)
        }
    }

    private mutating func add(_ item: Item) {
        if items.count < maxItems { return items.append(item) }
        isOverfull = true
        items = []
        fault("more than \(maxItems) objects in one list", "split the project", line: item.line)
    }

    private static let remedy = "every object is a map with apiVersion, kind and metadata.name"

    /// An element with neither `apiVersion` nor `kind` takes the list's: of a `ConfigMapList` it is a `ConfigMap`.
    private static func inheriting(_ element: JSON, from list: JSONObject) -> JSON {
        guard element.object != nil, element["apiVersion"] == nil, element["kind"] == nil,
            let kind = list["kind"]?.string, let apiVersion = list["apiVersion"]
        else { return element }
        let itemKind = kind.hasSuffix("List") ? String(kind.dropLast(4)) : kind
        guard !itemKind.isEmpty else { return element }
        var result = element
        result["kind"] = .string(itemKind)
        result["apiVersion"] = apiVersion
        return result
    }
}
