// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Finds items of one list by the elements that `managedFields` names them with, each in constant time.
package struct ListIndex {
    private let items: [JSON]
    /// Where each value of a set stands first.
    private var values: [JSON: Int] = [:]
    private var tables: [[String]: KeyTable] = [:]
    /// How many items and look-ups it took, for tests of the cost.
    private(set) var steps = 0

    /// Prepares for exactly the elements of a set.
    package init(_ items: [JSON], for set: FieldSet) {
        self.items = items
        var hasValues = false
        var keyNames: Set<[String]> = []
        for element in set.children.keys {
            switch element {
            case .value: hasValues = true
            case .key(let keys): keyNames.insert(keys.keys)
            case .field, .index: break
            }
        }
        if hasValues {
            for (place, item) in items.enumerated() where values[item] == nil { values[item] = place }
        }
        for names in keyNames { tables[names] = KeyTable(items, names: names) }
        steps = items.count * (1 + keyNames.count)
    }

    /// Where the item stands that an element names; of keyed items the one that leaves out the fewest key fields.
    package mutating func place(of element: FieldPathElement) -> Int? {
        steps += 1
        switch element {
        case .value(let value): return values[value]
        case .index(let index): return index < items.count ? index : nil
        case .key(let keys): return tables[keys.keys]?.place(of: keys)
        case .field: return nil
        }
    }

    /// The item that an element names.
    package mutating func item(at element: FieldPathElement) -> JSON? { place(of: element).map { items[$0] } }
}

/// Items by the values of certain key fields. A key field that an item leaves out may be filled in by the server
/// (`protocol: TCP`), so such items are found by the others.
private struct KeyTable {
    private var places: [JSONObject: Int] = [:]
    /// The sets of key fields that items have, the largest first.
    private var forms: [[String]] = []

    init(_ items: [JSON], names: [String]) {
        for (place, item) in items.enumerated() {
            guard let keys = item.object?.only(names), !keys.isEmpty, places[keys] == nil else { continue }
            places[keys] = place
            if !forms.contains(keys.keys) { forms.append(keys.keys) }
        }
        forms.sort { $0.count > $1.count }
    }

    func place(of keys: JSONObject) -> Int? {
        for form in forms {
            if let place = places[keys.only(form)] { return place }
        }
        return nil
    }
}

/// Finds the element, of those known, that names a declared item best: each only once.
struct KnownElements {
    /// The known elements with the same key fields.
    private struct Keyed {
        let names: [String]
        var elements: [JSONObject] = []
        /// By the key fields that an item has: the elements with these values, the best one last.
        var tables: [[String]: [JSONObject: [JSONObject]]] = [:]
    }

    private var values: Set<JSON> = []
    private var keyed: [Keyed] = []
    private var taken: Set<JSONObject> = []
    private let ours: FieldSet?
    private(set) var steps = 0

    /// - Parameters:
    ///   - known: What the entries of all managers own of the list.
    ///   - ours: What our own entry owns; of two elements that fit equally well, ours is taken.
    init(_ known: FieldSet, ours: FieldSet?) {
        self.ours = ours
        var places: [[String]: Int] = [:]
        for element in known.children.keys {
            steps += 1
            switch element {
            case .value(let value): values.insert(value)
            case .key(let keys):
                let names = keys.keys
                let place = places[names] ?? keyed.count
                if place == keyed.count { keyed.append(Keyed(names: names)) }
                places[names] = place
                keyed[place].elements.append(keys)
            case .field, .index: break
            }
        }
    }

    /// The element of each item, in the order of the items; nil for one that no entry names, or whose element another
    /// item has taken. Items that leave out fewer key fields choose first: an item that names an element fully never
    /// loses it to one that names it only in part (`port: 53` beside `port: 53, protocol: SCTP`).
    mutating func elements(of items: [JSON]) -> [FieldPathElement?] {
        var rounds: [Int: [Int]] = [:]
        for place in items.indices { rounds[missingKeys(of: items[place]), default: []].append(place) }
        var found = [FieldPathElement?](repeating: nil, count: items.count)
        for (_, places) in rounds.sorted(by: { $0.key < $1.key }) {
            for place in places { found[place] = take(items[place]) }
        }
        return found
    }

    /// How many key fields an item leaves out of those that some element is named by; 0 for an item of a set.
    private func missingKeys(of item: JSON) -> Int {
        guard let members = item.object else { return 0 }
        return keyed.lazy.map { $0.names.count - members.only($0.names).count }.min() ?? 0
    }

    private mutating func take(_ item: JSON) -> FieldPathElement? {
        steps += 1
        if values.remove(item) != nil { return .value(item) }
        guard let members = item.object else { return nil }
        var best: (place: Int, keys: JSONObject)?
        for place in keyed.indices {
            let keys = members.only(keyed[place].names)
            if keys.count > best?.keys.count ?? 0, candidate(keys, in: place) != nil { best = (place, keys) }
        }
        guard let best, let element = candidate(best.keys, in: best.place) else { return nil }
        taken.insert(element)
        return .key(element)
    }

    /// The best element with these key values that no item has taken.
    private mutating func candidate(_ keys: JSONObject, in place: Int) -> JSONObject? {
        let form = keys.keys
        if keyed[place].tables[form] == nil { keyed[place].tables[form] = table(of: keyed[place], by: form) }
        while let last = keyed[place].tables[form]?[keys]?.last {
            steps += 1
            guard taken.contains(last) else { return last }
            keyed[place].tables[form]?[keys]?.removeLast()
        }
        return nil
    }

    private mutating func table(of keyed: Keyed, by form: [String]) -> [JSONObject: [JSONObject]] {
        steps += keyed.elements.count
        var table = Dictionary(grouping: keyed.elements) { $0.only(form) }
        for (values, elements) in table where elements.count > 1 {
            let ranked = elements.map { (isOurs: ours?[.key($0)] != nil, text: JSON.object($0).text, element: $0) }
            table[values] = ranked.sorted {
                $0.isOurs == $1.isOurs ? $1.text.precedesInByteOrder($0.text) : $1.isOurs
            }.map(\.element)
        }
        return table
    }
}

extension JSONObject {
    /// The members with these names, which are ascending.
    package func only(_ names: [String]) -> JSONObject {
        JSONObject(names.compactMap { name in self[name].map { Member(key: name, value: $0) } })
    }
}
