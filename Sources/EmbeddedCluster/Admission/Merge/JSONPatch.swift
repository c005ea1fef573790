// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// JSON Patch (RFC 6902): add, remove, replace, move, copy and test.
package enum JSONPatch {
    /// More operations than this are refused, as the real server does.
    package static let maxOperations = 10_000

    /// Applies the operations in order to a copy of `target`.
    ///
    /// - Throws: 400 for a malformed patch or too many operations, 422 when an operation does not fit the
    ///   object (a failed `test`, a path that is not there).
    package static func apply(_ patch: JSON, to target: JSON) throws(RequestRefusal) -> JSON {
        guard let operations = patch.array else {
            throw RequestRefusal(
                .badRequest,
                "error decoding patch: json: cannot unmarshal \(patch.goTypeName) into Go value of type []handlers.jsonPatchOp"
            )
        }
        if let odd = operations.first(where: { $0.object == nil }) {
            throw RequestRefusal(
                .badRequest,
                "error decoding patch: json: cannot unmarshal \(odd.goTypeName) into Go value of type handlers.jsonPatchOp"
            )
        }
        guard operations.count <= maxOperations else {
            throw RequestRefusal(
                .badRequest,
                "The allowed maximum operations in a JSON patch is \(maxOperations), got \(operations.count)"
            )
        }
        var document = target
        for operation in operations { try apply(operation, to: &document) }
        return document
    }

    /// As the real server's library: `replace` of an absent member adds it, `copy` of one copies null.
    private static func apply(_ operation: JSON, to document: inout JSON) throws(RequestRefusal) {
        let path = try pointer(operation["path"])
        let value = operation["value"] ?? .null
        switch operation["op"]?.string {
        case "add": try add(value, at: path, to: &document)
        case "remove": _ = try remove(path, from: &document)
        case "replace":
            if !path.isEmpty, find(path[...], in: document) != nil { _ = try remove(path, from: &document) }
            try add(value, at: path, to: &document)
        case "move":
            let moved = try remove(try pointer(operation["from"]), from: &document)
            try add(moved, at: path, to: &document)
        case "copy":
            let source = try pointer(operation["from"])
            try add(find(source[...], in: document) ?? .null, at: path, to: &document)
        case "test":
            guard JSONEquality.isEqual(find(path[...], in: document) ?? .null, value) else { throw misfit }
        default: throw misfit
        }
    }

    /// The steps of a JSON Pointer (RFC 6901).
    private static func pointer(_ json: JSON?) throws(RequestRefusal) -> [String] {
        guard let text = json?.string, text.isEmpty || text.hasPrefix("/") else { throw misfit }
        return text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    /// The patch does not fit the object; the real server gives no detail.
    private static let misfit = RequestRefusal(
        .invalid,
        "the server rejected our request due to an error in our request"
    )

    private static func find(_ steps: ArraySlice<String>, in value: JSON) -> JSON? {
        guard let step = steps.first else { return value }
        switch value {
        case .object(let members): return members[step].flatMap { find(steps.dropFirst(), in: $0) }
        case .array(let items):
            guard let index = Int(step), items.indices.contains(index) else { return nil }
            return find(steps.dropFirst(), in: items[index])
        default: return nil
        }
    }

    private static func add(_ value: JSON, at path: [String], to document: inout JSON) throws(RequestRefusal) {
        guard insert(value, at: path[...], into: &document) else { throw misfit }
    }

    private static func insert(_ value: JSON, at steps: ArraySlice<String>, into place: inout JSON) -> Bool {
        guard let step = steps.first else {
            place = value
            return true
        }
        switch place {
        case .object(var members):
            if steps.count == 1 {
                members[step] = value
            } else {
                guard var child = members[step], insert(value, at: steps.dropFirst(), into: &child) else {
                    return false
                }
                members[step] = child
            }
            place = .object(members)
        case .array(var items):
            if steps.count == 1 {
                guard let index = step == "-" ? items.count : Int(step), (0...items.count).contains(index) else {
                    return false
                }
                items.insert(value, at: index)
            } else {
                guard let index = Int(step), items.indices.contains(index),
                    insert(value, at: steps.dropFirst(), into: &items[index])
                else { return false }
            }
            place = .array(items)
        default: return false
        }
        return true
    }

    private static func remove(_ path: [String], from document: inout JSON) throws(RequestRefusal) -> JSON {
        guard let removed = take(path[...], from: &document) else { throw misfit }
        return removed
    }

    private static func take(_ steps: ArraySlice<String>, from place: inout JSON) -> JSON? {
        guard let step = steps.first else { return nil }
        switch place {
        case .object(var members):
            guard var child = members[step] else { return nil }
            let taken: JSON?
            if steps.count == 1 {
                taken = child
                members[step] = nil
            } else {
                taken = take(steps.dropFirst(), from: &child)
                members[step] = child
            }
            place = .object(members)
            return taken
        case .array(var items):
            guard let index = Int(step), items.indices.contains(index) else { return nil }
            let taken = steps.count == 1 ? items.remove(at: index) : take(steps.dropFirst(), from: &items[index])
            place = .array(items)
            return taken
        default: return nil
        }
    }
}
