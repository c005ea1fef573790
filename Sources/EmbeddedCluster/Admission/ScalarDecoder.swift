// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import Foundation
import KubeObjects
import PlainText

/// A value that does not fit its type, in the words of Go's JSON decoder.
struct DecodeProblem: Error {
    let problem: String
}

/// Where in an object the decoder is.
struct DecodePath {
    /// The structure that declares the field.
    let type: String
    /// Field names; list indices and map keys do not show.
    let path: [String]

    func mismatch(_ value: JSON, goType: String, withValue: Bool = false) -> DecodeProblem {
        let found = withValue ? "\(value.goTypeName) \(value.text)" : value.goTypeName
        let place = ([type] + path).filter { !$0.isEmpty }.joined(separator: ".")
        return DecodeProblem(problem: "json: cannot unmarshal \(found) into Go struct field \(place) of type \(goType)")
    }
}

/// Decodes scalars as Go's types of the API do.
enum ScalarDecoder {
    static func decode(_ value: JSON, as scalar: SchemaScalar, at place: DecodePath) throws(DecodeProblem) -> JSON {
        switch scalar {
        case .string, .bool:
            guard (scalar == .string) == (value.string != nil), value.string != nil || value.bool != nil else {
                throw place.mismatch(value, goType: scalar.rawValue)
            }
            return value
        case .int32, .int64: return try integer(value, as: scalar, at: place)
        case .float:
            switch value {
            case .int, .double: return value
            default: throw place.mismatch(value, goType: "float64")
            }
        case .quantity: return try quantity(value)
        case .intOrString:
            if value.string != nil { return value }
            return try integer(value, as: .int32, at: place)
        case .time: return try time(value, fractionDigits: 0, at: place)
        case .microTime: return try time(value, fractionDigits: 6, at: place)
        case .bytes: return try bytes(value, at: place)
        }
    }

    private static func integer(_ value: JSON, as scalar: SchemaScalar, at place: DecodePath) throws(DecodeProblem)
        -> JSON
    {
        let goType = scalar.rawValue
        switch value {
        case .int(let number):
            guard scalar == .int64 || Int32(exactly: number) != nil else {
                throw place.mismatch(value, goType: goType, withValue: true)
            }
            return value
        case .double(let number):
            guard let whole = scalar == .int64 ? Int64(exactly: number) : Int32(exactly: number).map(Int64.init) else {
                throw place.mismatch(value, goType: goType, withValue: true)
            }
            return .int(whole)
        default: throw place.mismatch(value, goType: goType)
        }
    }

    private static func quantity(_ value: JSON) throws(DecodeProblem) -> JSON {
        let text =
            switch value {
            case .string(let text): text
            default: value.text
            }
        do {
            return .string(try Quantity(text.trimmingCharacters(in: .whitespaces)).canonical)
        } catch {
            throw DecodeProblem(problem: error.text)
        }
    }

    /// RFC 3339 in UTC; the zero time is null.
    private static func time(_ value: JSON, fractionDigits: Int, at place: DecodePath) throws(DecodeProblem) -> JSON {
        guard let text = value.string else { throw place.mismatch(value, goType: "string") }
        if text.isEmpty { return .null }
        let hasFraction =
            fractionDigits == 0 || text.utf8.dropFirst(19).count(where: { (0x30...0x39).contains($0) }) >= 6
        guard let time = RFC3339Time(text), hasFraction else {
            let layout = fractionDigits == 0 ? "2006-01-02T15:04:05Z07:00" : "2006-01-02T15:04:05.000000Z07:00"
            throw DecodeProblem(
                problem: "parsing time \(JSON.string(text).text) as \"\(layout)\": cannot parse "
                    + "\(JSON.string(text).text) as \"2006\""
            )
        }
        return .string(time.text(fractionDigits: fractionDigits))
    }

    private static func bytes(_ value: JSON, at place: DecodePath) throws(DecodeProblem) -> JSON {
        guard let text = value.string else { throw place.mismatch(value, goType: "[]uint8") }
        guard let bytes = Base64.bytes(of: text) else {
            throw DecodeProblem(problem: "illegal base64 data at input byte \(firstIllegalByte(text))")
        }
        return .string(Base64.text(of: bytes))
    }

    /// Where Go's decoder stops: the first byte outside of the alphabet, or the end of a text with wrong padding.
    private static func firstIllegalByte(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        var significant = 0
        for (index, byte) in bytes.enumerated() where byte != 0x0A && byte != 0x0D {
            let isLegal =
                (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                || byte == 0x2B || byte == 0x2F
            if !isLegal { return index }
            significant += 1
        }
        return bytes.count - significant % 4
    }
}

extension JSON {
    /// The kind of value as Go's JSON decoder says it.
    var goTypeName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .int, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension SchemaStructure {
    /// The type's name without its package.
    var shortName: String { String(name.drop { $0 != "." }.dropFirst()) }

    /// The type as Go prints it, such as `v1.Container`.
    var goName: String { String(name.drop { $0 != "/" }.dropFirst()) }
}

extension SchemaNode {
    /// The type as Go prints it, such as `[]v1.Container`.
    var goName: String {
        switch self {
        case .scalar(.quantity): "resource.Quantity"
        case .scalar(.intOrString): "intstr.IntOrString"
        case .scalar(.bytes): "[]uint8"
        case .scalar(let scalar): scalar.rawValue
        case .list(let list): "[]\(list.item.goName)"
        case .map(.scalar(.quantity), _): "v1.ResourceList"
        case .map(let element, _): "map[string]\(element.goName)"
        case .structure, .reference, .granular: structure?.goName ?? "interface {}"
        case .untyped, .atomicUntyped: "interface {}"
        }
    }
}
