// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import YAMLText

/// Takes a document apart into single objects, as kubectl does: whatever has `items` at the top is a list of objects,
/// and lists may hold lists.
struct ListExpansion {
    /// One object with the way to it in the document.
    struct Item {
        let json: JSON
        let line: Int
        let path: [YAMLPathStep]
    }

    /// Something that is no object.
    struct Fault {
        let line: Int
        let problem: String
        let remedy: String
    }

    private(set) var items: [Item] = []
    private(set) var faults: [Fault] = []
    /// Whether the document is a list without any element.
    private(set) var isEmptyList = false
    private let document: YAMLDocument

    init(_ document: YAMLDocument) { self.document = document }

    mutating func run() {
        let isList = document.json["items"] != nil
        expand(Item(json: document.json, line: document.line, path: []), isList ? document.itemLines : nil)
        isEmptyList = items.isEmpty && faults.isEmpty
    }

    /// `lines` says where the item's own elements stand; nil where the text does not show it.
    private mutating func expand(_ item: Item, _ lines: ItemLines?) {
        guard let members = item.json.object else {
            let problem = "a \(item.json.typeName) where a Kubernetes object should stand"
            faults.append(Fault(line: item.line, problem: problem, remedy: Self.remedy))
            return
        }
        guard let list = members["items"] else {
            if members["kind"]?.string == "List" {
                faults.append(Fault(line: item.line, problem: "a List without items", remedy: "add items or remove it"))
            } else {
                items.append(item)
            }
            return
        }
        let path = item.path + ["items"]
        guard let elements = list.array ?? (list.isNull ? [] : nil) else {
            let problem = "items is a \(list.typeName), not a list of objects"
            // Finding the very line costs a reading of the document: once, not for each of many nested lists.
            let line = item.path.isEmpty ? document.line(of: path) : item.line
            faults.append(Fault(line: line, problem: problem, remedy: Self.remedy))
            return
        }
        for (index, element) in elements.enumerated() {
            let json = Self.inheriting(element, from: members)
            let own = lines.flatMap { $0.items.indices.contains(index) ? $0.items[index] : nil }
            let line = own?.line ?? item.line
            expand(Item(json: json, line: line, path: path + [.index(index)]), own)
        }
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
