// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Walks two values side by side and masks what is secret in them.
struct PairMask {
    let redactor: TextMask

    typealias Pair = (before: JSON?, after: JSON?)

    /// Masks two states of an object.
    func mask(_ before: JSON?, _ after: JSON?, isSecret: Bool) -> Pair {
        guard isSecret else { return walk(before, after) }
        var before = before
        var after = after
        let data = (before?["data"], after?["data"])
        before?["data"] = nil
        after?["data"] = nil
        // What is left of `stringData` has no text in it, which the server refuses; its form is shown, never a value.
        let invalid = (before?["stringData"], after?["stringData"])
        before?["stringData"] = nil
        after?["stringData"] = nil
        var result = walk(before, after)
        for (key, values) in [("data", data), ("stringData", invalid)] {
            let hidden = hideMembers(values.0, values.1)
            if let value = hidden.before { result.before?[key] = value }
            if let value = hidden.after { result.after?[key] = value }
        }
        return result
    }

    /// Hides all values of a Secret's `data`; the keys stay.
    private func hideMembers(_ before: JSON?, _ after: JSON?) -> Pair {
        guard before?.object != nil || after?.object != nil else { return hide(before, after) }
        return members(before, after) { _, old, new in hide(old, new) }
    }

    private func walk(_ before: JSON?, _ after: JSON?) -> Pair {
        switch (before, after) {
        case (.object?, _), (_, .object?):
            let isTelling = [before, after].contains { SensitiveName.matches($0?["name"]?.string ?? "") }
            return members(before, after) { key, old, new in
                let isText = old?.string != nil || new?.string != nil
                if isText, SensitiveName.matches(key) || isTelling && key == "value" { return hide(old, new) }
                return walk(old, new)
            }
        case (.array?, _), (_, .array?): return elements(before, after)
        case (.string(let old)?, .string(let new)?):
            let masked = (before: redactor(old), after: redactor(new))
            let hidesChange = old != new && masked.before == masked.after
            return (.string(masked.before), .string(hidesChange ? "\(masked.after) (changed)" : masked.after))
        default: return (leaf(before), leaf(after))
        }
    }

    /// Pairs two maps by key. A side that is no map is masked on its own.
    private func members(
        _ before: JSON?,
        _ after: JSON?,
        _ body: (String, JSON?, JSON?) -> Pair
    ) -> Pair {
        let old = before?.object
        let new = after?.object
        var left: [JSONObject.Member] = []
        var right: [JSONObject.Member] = []
        // An object keeps keys apart by their bytes, which a set of texts does not.
        let keys = ((old?.keys ?? []) + (new?.keys ?? [])).map { JSONObject.Member(key: $0, value: .null) }
        for key in JSONObject(keys).keys {
            let pair = body(key, old?[key], new?[key])
            let shown = redactor(key)
            if let value = pair.before { left.append(.init(key: shown, value: value)) }
            if let value = pair.after { right.append(.init(key: shown, value: value)) }
        }
        return (
            old == nil ? before.flatMap { walk($0, nil).before } : .object(JSONObject(left)),
            new == nil ? after.flatMap { walk(nil, $0).after } : .object(JSONObject(right))
        )
    }

    /// Pairs two lists by `name` where the elements have one, else by place.
    private func elements(_ before: JSON?, _ after: JSON?) -> Pair {
        let old = before?.array
        let new = after?.array
        var right = (new ?? []).map { Optional($0) }
        var masked: [JSON?] = Array(repeating: nil, count: right.count)
        var left: [JSON] = []
        for (index, element) in (old ?? []).enumerated() {
            let partner = partner(of: element, at: index, in: right)
            let pair = walk(element, partner.flatMap { right[$0] })
            if let value = pair.before { left.append(value) }
            if let partner {
                masked[partner] = pair.after
                right[partner] = nil
            }
        }
        for (index, element) in right.enumerated() where element != nil { masked[index] = walk(nil, element).after }
        return (
            old == nil ? before.flatMap { walk($0, nil).before } : .array(left),
            new == nil ? after.flatMap { walk(nil, $0).after } : .array(masked.compactMap { $0 })
        )
    }

    private func partner(of element: JSON, at index: Int, in others: [JSON?]) -> Int? {
        if let name = element["name"]?.string {
            return others.firstIndex { $0?["name"]?.string == name }
        }
        return index < others.count && others[index] != nil ? index : nil
    }

    private func leaf(_ value: JSON?) -> JSON? {
        guard case .string(let text)? = value else { return value }
        return .string(redactor(text))
    }

    /// Two masks that tell only whether the values are the same.
    private func hide(_ before: JSON?, _ after: JSON?) -> Pair {
        let isChanged = before != nil && after != nil && !Self.isSame(before, after)
        return (
            before.map { _ in .string(Redactor.mask) },
            after.map { _ in .string(isChanged ? "\(Redactor.mask) (changed)" : Redactor.mask) }
        )
    }

    /// Equal, or two spellings of the same bytes in base64.
    private static func isSame(_ before: JSON?, _ after: JSON?) -> Bool {
        if before == after { return true }
        guard let old = before?.string.flatMap({ Redactor.bytes(base64: $0) }),
            let new = after?.string.flatMap({ Redactor.bytes(base64: $0) })
        else { return false }
        return old == new
    }
}
