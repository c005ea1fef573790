// SPDX-License-Identifier: Apache-2.0

extension PairMask {
    /// Masks two values of the same place, and all that is below it.
    func walk(_ before: JSON?, _ after: JSON?, at place: MaskPlace) -> Pair {
        if place == .telling, [before, after].contains(where: { $0?.isTextOrNumber == true }) {
            return hide(before, after)
        }
        switch (before, after) {
        case (.object?, _), (_, .object?): return map(before, after, at: place)
        case (.array?, _), (_, .array?): return list(before, after, at: place)
        case (.string(let old)?, .string(let new)?):
            let before = masked(old, at: place)
            return (.string(before.text), .string(masked(new, at: place).text(after: before)))
        default:
            if [before, after].contains(where: isKnownNumber) { return hide(before, after) }
            return (leaf(before, at: place), leaf(after, at: place))
        }
    }

    /// Whether a number is written as a secret is: a card's, or a PIN of eight digits and more. Shorter ones stand anywhere
    /// by chance.
    private func isKnownNumber(_ value: JSON?) -> Bool {
        guard let text = value?.longNumber else { return false }
        return masked(text, at: .plain).text != text
    }

    private func leaf(_ value: JSON?, at place: MaskPlace) -> JSON? {
        guard case .string(let text)? = value else { return value }
        return .string(masked(text, at: place).text)
    }

    private func map(_ before: JSON?, _ after: JSON?, at place: MaskPlace) -> Pair {
        let sides = [before, after]
        if sides.contains(where: { $0?.isSecretManifest == true }) { return secret(before, after) }
        let isConfigMap = sides.contains { $0?["kind"]?.string == "ConfigMap" && $0?["apiVersion"]?.string == "v1" }
        let isNamed = sides.contains { SensitiveName.matches($0?["name"]?.string ?? "") }
        let hidesValue = isNamed || place == .telling
        return members(before, after, at: place) { key, old, new in
            if key == WireName.lastApplied { return hide(old, new) }
            // Only a Secret has such a field, or a template of one.
            if key == "stringData" { return hideMembers(old, new) }
            if key == "binaryData", isConfigMap { return binaryData(old, new) }
            let isTelling = SensitiveName.matches(key) || hidesValue && key == "value"
            return walk(old, new, at: isTelling ? .telling : .plain)
        }
    }

    /// A ConfigMap's bytes: like its texts, but that the server reads base64.
    private func binaryData(_ before: JSON?, _ after: JSON?) -> Pair {
        members(before, after, at: .plain) { key, old, new in
            SensitiveName.matches(key) ? hide(old, new, isBase64: true) : walk(old, new, at: .plain)
        }
    }

    /// Pairs two maps by key. A side that is no map is masked on its own, or hidden whole.
    func members(
        _ before: JSON?,
        _ after: JSON?,
        at place: MaskPlace,
        hidesOthers: Bool = false,
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
            if let value = pair.before { left.append(.init(key: key, value: value)) }
            if let value = pair.after { right.append(.init(key: key, value: value)) }
        }
        func other(_ value: JSON) -> JSON? {
            hidesOthers ? hide(value, nil).before : walk(value, nil, at: place).before
        }
        return (
            old == nil ? before.flatMap(other) : .object(JSONObject(left)),
            new == nil ? after.flatMap(other) : .object(JSONObject(right))
        )
    }

    /// Pairs two lists by `name` where the elements have one, else by place.
    private func list(_ before: JSON?, _ after: JSON?, at place: MaskPlace) -> Pair {
        let old = before?.array
        let new = after?.array
        let inner: MaskPlace = place == .telling ? .telling : .item
        var right = (new ?? []).map { Optional($0) }
        var masked: [JSON?] = Array(repeating: nil, count: right.count)
        var left: [JSON] = []
        var partners = ListPartners(right)
        for (index, element) in (old ?? []).enumerated() {
            let partner = partners.take(for: element, at: index)
            let isValue = isBehindOption(old, index) || partner.map { isBehindOption(new, $0) } == true
            let other = partner.flatMap { right[$0] }
            let pair = isValue ? hide(element, other) : walk(element, other, at: inner)
            if let value = pair.before { left.append(value) }
            if let partner {
                masked[partner] = pair.after
                right[partner] = nil
            }
        }
        for (index, element) in right.enumerated() where element != nil {
            masked[index] = (isBehindOption(new, index) ? hide(nil, element) : walk(nil, element, at: inner)).after
        }
        return (
            old == nil ? before.flatMap { walk($0, nil, at: place).before } : .array(left),
            new == nil ? after.flatMap { walk(nil, $0, at: place).after } : .array(masked.compactMap { $0 })
        )
    }

    /// Whether an element is the value of an option with a telling name in front of it: `["--token", "abc"]`.
    private func isBehindOption(_ list: [JSON]?, _ index: Int) -> Bool {
        guard let list, index > 0, list[index].isTextOrNumber, let option = list[index - 1].string else { return false }
        return option.utf8.first == UInt8(ascii: "-") && !option.utf8.contains(UInt8(ascii: "="))
            && SensitiveName.matches(option)
    }
}

extension JSON {
    fileprivate var isTextOrNumber: Bool {
        switch self {
        case .string, .int, .double: true
        case .null, .bool, .array, .object: false
        }
    }

    /// A Secret with values, wherever it stands. Without values it is a reference to one.
    fileprivate var isSecretManifest: Bool {
        guard self["kind"]?.string == "Secret", self["apiVersion"]?.string == "v1" else { return false }
        return self["data"] != nil || self["stringData"] != nil
    }
}
