// SPDX-License-Identifier: Apache-2.0

/// What the way to a place tells of the text or number that stands there.
enum MaskPlace: Equatable {
    /// Nothing.
    case plain
    /// It is one of several in a list, as the arguments of a command are.
    case item
    /// A name in front of it tells of a secret: the text is hidden, and so are those in a list that stands there, and the
    /// `value` of a map.
    case telling

    /// What a path from an object's root tells of the place that it leads to.
    init(_ path: [FieldPathElement]) {
        let fields = path[..<((path.lastIndex(where: \.isField) ?? -1) + 1)]
        if Self.isTelling(fields) {
            self = .telling
            return
        }
        switch path.last {
        // What stands in front of it is not seen, and may be an option.
        case .index?: self = .telling
        case .key?, .value?: self = .item
        case .field?, nil: self = .plain
        }
    }

    /// Whether the field at the end is hidden by its name, or is the `value` behind such a name.
    private static func isTelling(_ fields: ArraySlice<FieldPathElement>) -> Bool {
        guard case .field(let name)? = fields.last else { return false }
        if SensitiveName.matches(name) { return true }
        guard name == "value" else { return false }
        switch fields.dropLast().last {
        case .field(let parent)?: return SensitiveName.matches(parent)
        case .key(let keys)?: return SensitiveName.matches(keys["name"]?.string ?? "")
        case .value?, .index?, nil: return false
        }
    }
}

extension PairMask {
    /// A path as it may be shown: items of lists are named in it by values, which are masked.
    ///
    /// - Parameters:
    ///   - path: From the object's root.
    ///   - hidesItems: Whether the values of all items are hidden, because nothing is known of the place.
    /// - Returns: The same way with masks.
    package func mask(path: [FieldPathElement], hidesItems: Bool) -> [FieldPathElement] {
        path.indices.map { index in
            let way = Array(path[...index])
            switch path[index] {
            case .field, .index: return path[index]
            case .value(let value):
                let masked = hidesItems ? hide(value, nil) : mask(value, nil, at: way)
                return .value(masked.before ?? .null)
            case .key(let keys):
                let value = JSON.object(keys)
                if hidesItems { return .key(hideMembers(value, nil).before?.object ?? JSONObject()) }
                var shown = mask(value, nil, at: way).before?.object ?? JSONObject()
                // What an item is called is no value, whatever a Secret holds.
                if let name = keys["name"] { shown["name"] = name }
                return .key(shown)
            }
        }
    }
}

extension FieldPathElement {
    fileprivate var isField: Bool {
        if case .field = self { true } else { false }
    }
}
