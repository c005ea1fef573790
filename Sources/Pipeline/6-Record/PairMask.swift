// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Walks two values side by side and masks what is secret in them.
struct PairMask {
    let redactor: TextMask

    typealias Pair = (before: JSON?, after: JSON?)

    /// Masks two states of an object.
    func mask(_ before: JSON?, _ after: JSON?, isSecret: Bool) -> Pair {
        guard isSecret else { return walk(before, after) }
        return members(before, after) { key, old, new in
            if key == "metadata" { return metadata(old, new) }
            // A boolean tells nothing, and whether `immutable` is true is what people look for.
            if key == "immutable", [old, new].allSatisfy({ $0?.bool != nil || $0 == nil }) { return (old, new) }
            return SecretField.members.contains(key) ? walk(old, new) : hideMembers(old, new)
        }
    }

    /// A Secret's metadata: annotations repeat what people and tools know of the values.
    private func metadata(_ before: JSON?, _ after: JSON?) -> Pair {
        guard before?.object != nil || after?.object != nil else { return hide(before, after) }
        return members(before, after) { key, old, new in
            guard key == "annotations" else { return walk(old, new) }
            guard old?.object != nil || new?.object != nil else { return hide(old, new) }
            return members(old, new, hidesOthers: true) {
                $0.hasPrefix("sternpost.dev/") ? walk($1, $2) : hide($1, $2)
            }
        }
    }

    /// Hides all values of a Secret's `data` and whatever else is not known; the keys stay.
    private func hideMembers(_ before: JSON?, _ after: JSON?) -> Pair {
        guard before?.object != nil || after?.object != nil else { return hide(before, after) }
        return members(before, after, hidesOthers: true) { _, old, new in hide(old, new) }
    }

    private func walk(_ before: JSON?, _ after: JSON?) -> Pair {
        switch (before, after) {
        case (.object?, _), (_, .object?):
            let isTelling = [before, after].contains { SensitiveName.matches($0?["name"]?.string ?? "") }
            return members(before, after) { key, old, new in
                let isText = [old, new].contains { $0?.isTextOrNumber == true }
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

    /// Pairs two maps by key. A side that is no map is masked on its own, or hidden whole.
    private func members(
        _ before: JSON?,
        _ after: JSON?,
        hidesOthers: Bool = false,
        _ body: (String, JSON?, JSON?) -> Pair
    ) -> Pair {
        let old = before?.object
        let new = after?.object
        var left: [JSONObject.Member] = []
        var right: [JSONObject.Member] = []
        for key in Set((old?.keys ?? []) + (new?.keys ?? [])) {
            let pair = body(key, old?[key], new?[key])
            if let value = pair.before { left.append(.init(key: key, value: value)) }
            if let value = pair.after { right.append(.init(key: key, value: value)) }
        }
        func other(_ value: JSON) -> JSON? { hidesOthers ? hide(value, nil).before : walk(value, nil).before }
        return (
            old == nil ? before.flatMap(other) : .object(JSONObject(left)),
            new == nil ? after.flatMap(other) : .object(JSONObject(right))
        )
    }

    /// Pairs two lists by `name` where the elements have one, else by place.
    private func elements(_ before: JSON?, _ after: JSON?) -> Pair {
        let old = before?.array
        let new = after?.array
        var right = (new ?? []).map { Optional($0) }
        var masked: [JSON?] = Array(repeating: nil, count: right.count)
        var left: [JSON] = []
        var partners = ListPartners(right)
        for (index, element) in (old ?? []).enumerated() {
            let partner = partners.take(for: element, at: index)
            let isValue = isBehindOption(old, index) || partner.map { isBehindOption(new, $0) } == true
            let other = partner.flatMap { right[$0] }
            let pair = isValue ? hide(element, other) : walk(element, other)
            if let value = pair.before { left.append(value) }
            if let partner {
                masked[partner] = pair.after
                right[partner] = nil
            }
        }
        for (index, element) in right.enumerated() where element != nil {
            masked[index] = (isBehindOption(new, index) ? hide(nil, element) : walk(nil, element)).after
        }
        return (
            old == nil ? before.flatMap { walk($0, nil).before } : .array(left),
            new == nil ? after.flatMap { walk(nil, $0).after } : .array(masked.compactMap { $0 })
        )
    }

    /// Whether an element is the value of an option with a telling name in front of it: `["--token", "abc"]`.
    private func isBehindOption(_ list: [JSON]?, _ index: Int) -> Bool {
        guard let list, index > 0, list[index].string != nil, let option = list[index - 1].string else { return false }
        return option.utf8.first == UInt8(ascii: "-") && !option.utf8.contains(UInt8(ascii: "="))
            && SensitiveName.matches(option)
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

extension JSON {
    fileprivate var isTextOrNumber: Bool {
        switch self {
        case .string, .int, .double: true
        case .null, .bool, .array, .object: false
        }
    }
}
