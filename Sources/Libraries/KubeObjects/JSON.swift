// SPDX-License-Identifier: Apache-2.0

/// One JSON value. The closed set that every manifest, API answer and stored document is made of.
///
/// Integers that fit `Int64` are `.int`; every other number is `.double`, as in Kubernetes' own unstructured objects.
/// Equality is exact: strings compare by their UTF-8 bytes (never by Unicode equivalence), `1` and `1.0` differ.
package enum JSON: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON {
    /// The members when this is an object, else nil.
    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The elements when this is an array, else nil.
    package var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The text when this is a string, else nil; numbers and booleans are never coerced.
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The value when this is an integer within `Int64`, else nil.
    package var int: Int64? {
        if case .int(let value) = self { value } else { nil }
    }

    /// The value when this is a boolean, else nil.
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// Whether this is JSON `null`.
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The kind of value as a person would say it: `null`, `boolean`, `number`, `string`, `list`, `map`.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int, .double: "number"
        case .string: "string"
        case .array: "list"
        case .object: "map"
        }
    }

    /// The member `key` of an object; nil when absent or when this is no object. Setting on a non-object makes it one;
    /// setting nil removes the member.
    package subscript(key: String) -> JSON? {
        get { object?[key] }
        set {
            var members: JSONObject
            if case .object(let existing) = self { members = existing } else { members = JSONObject() }
            self = .null  // releases our reference, so that the write below is in place
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The value at a path of object keys; nil when any step is absent.
    package subscript(path: [String]) -> JSON? {
        get {
            var current = self
            for key in path {
                guard let next = current[key] else { return nil }
                current = next
            }
            return current
        }
        set {
            guard let first = path.first else {
                if let newValue { self = newValue }
                return
            }
            if path.count == 1 {
                self[first] = newValue
                return
            }
            if newValue == nil, self[first] == nil { return }
            // Taken out, so that it is not held twice while it changes: that would copy it whole each time.
            var child = take(first) ?? .null
            if child.object == nil { child = .object(JSONObject()) }
            child[Array(path.dropFirst())] = newValue
            self[first] = child
        }
    }

    /// Takes the member `key` out of an object, with null in its place; nil when it is absent or this is no object.
    private mutating func take(_ key: String) -> JSON? {
        guard case .object(var members) = self else { return nil }
        self = .null  // releases our reference, so that the write below is in place
        let value = members.take(key)
        self = .object(members)
        return value
    }
}

extension JSON: Equatable {
    /// Whether both are the same value: strings by their bytes, `1` and `1.0` differ.
    package static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.double(let a), .double(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }
}

extension JSON: Hashable {
    /// Hashes what `==` compares.
    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .string(let value): hasher.combine(bytesOf: value)
        case .array(let value): hasher.combine(value)
        case .object(let value): hasher.combine(value)
        }
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByStringInterpolation
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// Builds an object; of a repeated key the last value stays.
    package init(dictionaryLiteral elements: (String, JSON)...) {
        var members = JSONObject()
        for (key, value) in elements { members[key] = value }
        self = .object(members)
    }
}

extension Hasher {
    /// Takes in the UTF-8 bytes of a text, so that texts which are the same letters in other bytes have other hashes: what
    /// belongs to an equality by ``Swift/String/hasSameBytes(as:)``.
    package mutating func combine(bytesOf text: String) {
        let isContiguous: Void? = text.utf8.withContiguousStorageIfAvailable {
            combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isContiguous == nil { for byte in text.utf8 { combine(byte) } }
        combine(UInt8.max)  // no text holds this byte, so it tells where one ends
    }
}

extension String {
    /// Whether both texts are the same UTF-8 bytes. `==` on `String` also equates composed and decomposed letters,
    /// which are different values to Kubernetes.
    package func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && byteOrder(to: other) == 0
    }

    /// Byte order of two texts: the order in which Go, and so kubectl, sorts map keys.
    package func precedesInByteOrder(_ other: String) -> Bool { byteOrder(to: other) < 0 }

    /// Below, at or above 0 when the text comes before, is, or comes after `other` in byte order.
    ///
    /// Works on the bytes where they lie: the generic algorithms on `utf8` cost several times as much, and this is what
    /// looking up a member of an object consists of.
    func byteOrder(to other: String) -> Int {
        let left = utf8.span
        let right = other.utf8.span
        let shared = Swift.min(left.count, right.count)
        var index = 0
        while index < shared {
            let difference = Int(left[unchecked: index]) - Int(right[unchecked: index])
            if difference != 0 { return difference }
            index += 1
        }
        return left.count - right.count
    }
}
