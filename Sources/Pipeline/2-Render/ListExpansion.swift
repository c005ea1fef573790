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
        expand(Item(json: document.json, line: document.line, path: []))
        isEmptyList = items.isEmpty && faults.isEmpty
    }

    private mutating func expand(_ item: Item) {
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
            faults.append(Fault(line: document.line(of: path), problem: problem, remedy: Self.remedy))
            return
        }
        let lines = document.lines(ofElementsAt: path, count: elements.count)
        for (index, element) in elements.enumerated() {
            let json = Self.inheriting(element, from: members)
            expand(Item(json: json, line: lines[index], path: path + [.index(index)]))
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
