// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects
import PlainText

/// Reads the protobuf form of a request's object, in its `k8s\0` envelope.
///
/// kubectl's typed commands send nothing else. Answers are always JSON, which they read as well.
struct ProtobufBody {
    static let mediaType = "application/vnd.kubernetes.protobuf"
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]
    private static let maxDepth = 32

    /// Why bytes are no object that this server reads.
    struct Unreadable: Error {
        let problem: String
    }

    /// The object as JSON.
    static func json(_ bytes: [UInt8]) throws(Unreadable) -> JSON {
        guard bytes.starts(with: magic) else {
            throw Unreadable(
                problem: "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
            )
        }
        var type: [UInt64: String] = [:]
        var raw: ArraySlice<UInt8> = []
        for (number, value) in try fields(bytes[4...]) {
            guard case .bytes(let content) = value else { continue }
            if number == 2 { raw = content }
            guard number == 1 else { continue }
            for (number, value) in try fields(content) {
                if case .bytes(let text) = value { type[number] = String(decoding: text, as: UTF8.self) }
            }
        }
        let kind = type[2] ?? ""
        guard case .object(var members) = try message(raw, kind, depth: 0) else {
            throw Unreadable(problem: "no message")
        }
        members["apiVersion"] = .string(type[1] ?? "")
        members["kind"] = .string(kind)
        return .object(members)
    }

    private enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    /// The fields of one message, in order.
    private static func fields(_ bytes: ArraySlice<UInt8>) throws(Unreadable) -> [(UInt64, Value)] {
        var rest = bytes
        var result: [(UInt64, Value)] = []
        while !rest.isEmpty {
            let tag = try variableInteger(&rest)
            switch tag & 7 {
            case 0: result.append((tag >> 3, .number(try variableInteger(&rest))))
            case 2:
                let length = try variableInteger(&rest)
                guard length <= UInt64(rest.count) else { throw Unreadable(problem: "unexpected EOF") }
                result.append((tag >> 3, .bytes(rest.prefix(Int(length)))))
                rest = rest.dropFirst(Int(length))
            default: throw Unreadable(problem: "proto: illegal wireType \(tag & 7)")
            }
        }
        return result
    }

    private static func variableInteger(_ rest: inout ArraySlice<UInt8>) throws(Unreadable) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift < 64 else { throw Unreadable(problem: "proto: integer overflow") }
        }
        throw Unreadable(problem: "unexpected EOF")
    }

    private static func message(_ bytes: ArraySlice<UInt8>, _ type: String, depth: Int) throws(Unreadable) -> JSON {
        guard depth < maxDepth, let known = ProtobufTypes.fields(of: type) else { throw unknown(type, nil) }
        var result = JSONObject()
        for (number, value) in try fields(bytes) {
            // An absent message is written empty: nothing of it is set.
            if case .bytes(let content) = value, content.isEmpty, known[number] == nil { continue }
            guard let field = known[number] else {
                if type.hasSuffix("Status") || number == statusNumber(type) { continue }
                throw unknown(type, number)
            }
            switch field.encoding {
            case .list(let element):
                let item = try json(value, element, depth: depth + 1)
                result[field.name] = .array((result[field.name]?.array ?? []) + [item])
            case .map(let element):
                let (key, item) = try entry(value, element, depth: depth + 1)
                var members = result[field.name]?.object ?? JSONObject()
                members[key] = item
                result[field.name] = .object(members)
            default:
                let item = try json(value, field.encoding, depth: depth + 1)
                if field.name == "+" {
                    for member in item.object ?? JSONObject() { result[member.key] = member.value }
                } else if !item.isNull {
                    result[field.name] = item
                }
            }
        }
        return .object(result)
    }

    /// The field that holds `status`, which requests leave to the server.
    private static func statusNumber(_ type: String) -> UInt64 { type == "SelfSubjectReview" ? 2 : 3 }

    private static func json(
        _ value: Value,
        _ encoding: ProtobufTypes.Encoding,
        depth: Int
    ) throws(Unreadable) -> JSON {
        switch (value, encoding) {
        case (.number(let number), .int): return .int(Int64(bitPattern: number))
        case (.number(let number), .bool): return .bool(number != 0)
        case (.bytes(let bytes), .string): return .string(String(decoding: bytes, as: UTF8.self))
        case (.bytes(let bytes), .bytes): return .string(Base64.text(of: Array(bytes)))
        case (.bytes(let bytes), .quantity):
            for case (1, .bytes(let text)) in try fields(bytes) {
                return .string(String(decoding: text, as: UTF8.self))
            }
            return "0"
        case (.bytes(let bytes), .intOrString): return try intOrString(bytes)
        case (.bytes(let bytes), .time):
            for case (1, .number(let seconds)) in try fields(bytes) {
                return .string(ClusterTime(microseconds: Int64(bitPattern: seconds) &* 1_000_000).text)
            }
            return nil
        case (.bytes(let bytes), .message(let type)): return try message(bytes, type, depth: depth)
        default: throw Unreadable(problem: "proto: wrong wireType")
        }
    }

    private static func intOrString(_ bytes: ArraySlice<UInt8>) throws(Unreadable) -> JSON {
        var isText = false
        var number: Int64 = 0
        var text = ""
        for field in try fields(bytes) {
            switch field {
            case (1, .number(let kind)): isText = kind == 1
            case (2, .number(let value)): number = Int64(bitPattern: value)
            case (3, .bytes(let value)): text = String(decoding: value, as: UTF8.self)
            default: continue
            }
        }
        return isText ? .string(text) : .int(number)
    }

    private static func entry(
        _ value: Value,
        _ encoding: ProtobufTypes.Encoding,
        depth: Int
    ) throws(Unreadable) -> (String, JSON) {
        guard case .bytes(let bytes) = value else { throw Unreadable(problem: "proto: wrong wireType") }
        var key = ""
        var item: JSON = encoding == .string || encoding == .bytes ? "" : nil
        for field in try fields(bytes) {
            if case (1, .bytes(let text)) = field { key = String(decoding: text, as: UTF8.self) }
            if field.0 == 2 { item = try json(field.1, encoding, depth: depth) }
        }
        return (key, item)
    }

    private static func unknown(_ type: String, _ number: UInt64?) -> Unreadable {
        let place = number.map { "field \($0) of \(type)" } ?? "the type \(type)"
        return Unreadable(problem: "the embedded cluster does not read \(place) as protobuf; send JSON")
    }
}
