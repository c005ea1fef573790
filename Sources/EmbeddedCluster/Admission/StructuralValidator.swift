// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import PlainText

/// Validates a custom resource against its structural schema. Rules in CEL (`x-kubernetes-validations`) are not run.
enum StructuralValidator {
    /// Checks an object; `metadata` is left to the metadata rules.
    static func check(_ object: JSON, schema: JSON, into findings: inout Findings) {
        var bare = object
        for key in ["apiVersion", "kind", "metadata"] { bare[key] = nil }
        check(bare, schema: schema, at: "", isRoot: true, into: &findings)
    }

    private static let identity: Set<String> = ["apiVersion", "kind", "metadata"]

    private static func check(
        _ value: JSON,
        schema: JSON,
        at path: String,
        isRoot: Bool = false,
        into findings: inout Findings
    ) {
        if value.isNull, schema["nullable"]?.bool == true { return }
        guard fits(value, schema) else {
            let type = schema.text("type").isEmpty ? "integer,string" : schema.text("type")
            findings.add(
                FieldError(
                    path,
                    .typeInvalid,
                    value: .string(typeName(value)),
                    detail: "\(path) in body must be of type \(type): \(JSON.string(typeName(value)).text)"
                )
            )
            return
        }
        switch value {
        case .object(let members): checkMembers(members, schema: schema, at: path, isRoot: isRoot, into: &findings)
        case .array(let items): checkItems(items, schema: schema, at: path, into: &findings)
        case .string(let text): checkText(text, schema: schema, at: path, into: &findings)
        case .int, .double: checkNumber(value, schema: schema, at: path, into: &findings)
        default: break
        }
        if let allowed = schema["enum"]?.array, !allowed.contains(where: { JSONEquality.isEqual($0, value) }) {
            findings.unsupported(path, value, allowed.map { $0.string ?? $0.text })
        }
        checkCombinations(value, schema: schema, at: path, into: &findings)
    }

    private static func fits(_ value: JSON, _ schema: JSON) -> Bool {
        if schema["x-kubernetes-int-or-string"]?.bool == true {
            if case .int = value { return true }
            return value.string != nil
        }
        switch (schema.text("type"), value) {
        case ("", _), ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
            ("integer", .int), ("number", .int), ("number", .double):
            return true
        case ("integer", .double(let number)): return number == number.rounded()
        default: return false
        }
    }

    private static func typeName(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private static func checkMembers(
        _ members: JSONObject,
        schema: JSON,
        at path: String,
        isRoot: Bool,
        into findings: inout Findings
    ) {
        func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
        for name in schema.items("required").compactMap(\.string) where members[name] == nil {
            if isRoot, identity.contains(name) { continue }
            findings.required(place(name))
        }
        for member in members {
            if let child = schema["properties"]?[member.key] {
                check(member.value, schema: child, at: place(member.key), into: &findings)
            } else if let child = schema["additionalProperties"], child.object != nil {
                check(member.value, schema: child, at: place(member.key), into: &findings)
            }
        }
        if let limit = schema["maxProperties"]?.int, members.count > limit {
            let count = JSON.int(Int64(members.count))
            findings.add(FieldError(path, .tooMany, value: count, detail: "must have at most \(limit) items"))
        }
        if let limit = schema["minProperties"]?.int, members.count < limit {
            findings.invalid(path, .object(members), "\(path) in body should have at least \(limit) properties")
        }
    }

    private static func checkItems(_ items: [JSON], schema: JSON, at path: String, into findings: inout Findings) {
        for (index, item) in items.enumerated() {
            if let child = schema["items"] { check(item, schema: child, at: "\(path)[\(index)]", into: &findings) }
        }
        if let limit = schema["maxItems"]?.int, items.count > limit {
            findings.add(
                FieldError(path, .tooMany, value: .int(Int64(items.count)), detail: "must have at most \(limit) items")
            )
        }
        if let limit = schema["minItems"]?.int, items.count < limit {
            findings.invalid(path, .int(Int64(items.count)), "\(path) in body should have at least \(limit) items")
        }
        checkRepeats(items, schema: schema, at: path, into: &findings)
    }

    /// Sets and keyed lists hold each item once.
    private static func checkRepeats(_ items: [JSON], schema: JSON, at path: String, into findings: inout Findings) {
        let keys = schema.items("x-kubernetes-list-map-keys").compactMap(\.string)
        let kind = schema.text("x-kubernetes-list-type")
        guard kind == "set" || kind == "map" else { return }
        var seen: Set<JSON> = []
        for (index, item) in items.enumerated() {
            var identity = item
            if kind == "map" {
                identity = [:]
                for key in keys { identity[key] = item[key] }
            }
            if !seen.insert(identity).inserted { findings.duplicate("\(path)[\(index)]", identity) }
        }
    }

    /// Of length and pattern only the first finding is reported.
    private static func checkText(_ text: String, schema: JSON, at path: String, into findings: inout Findings) {
        let length = text.unicodeScalars.count
        let pattern = schema.text("pattern")
        if let limit = schema["maxLength"]?.int, length > limit {
            findings.add(FieldError(path, .tooLong, detail: "may not be more than \(limit) bytes"))
        } else if let limit = schema["minLength"]?.int, length < limit {
            findings.invalid(path, .string(text), "\(path) in body should be at least \(limit) chars long")
        } else if !pattern.isEmpty, text.range(of: pattern, options: .regularExpression) == nil {
            findings.invalid(path, .string(text), "\(path) in body should match '\(pattern)'")
        }
        if schema.text("format") == "date-time", RFC3339Time(text) == nil {
            let detail = "\(path) in body must be of type date-time: \(JSON.string(text).text)"
            findings.add(FieldError(path, .typeInvalid, value: .string(text), detail: detail))
        }
    }

    private static func number(_ value: JSON?) -> Double? {
        switch value {
        case .int(let number)?: Double(number)
        case .double(let number)?: number
        default: nil
        }
    }

    private static func checkNumber(_ value: JSON, schema: JSON, at path: String, into findings: inout Findings) {
        guard let actual = number(value) else { return }
        if let limit = number(schema["maximum"]) {
            let isExclusive = schema["exclusiveMaximum"]?.bool == true
            if isExclusive ? actual >= limit : actual > limit {
                let words = isExclusive ? "less than" : "less than or equal to"
                findings.invalid(path, value, "\(path) in body should be \(words) \(JSON.numberText(limit))")
            }
        }
        if let limit = number(schema["minimum"]) {
            let isExclusive = schema["exclusiveMinimum"]?.bool == true
            if isExclusive ? actual <= limit : actual < limit {
                let words = isExclusive ? "greater than" : "greater than or equal to"
                findings.invalid(path, value, "\(path) in body should be \(words) \(JSON.numberText(limit))")
            }
        }
        if let step = number(schema["multipleOf"]), step > 0, actual.truncatingRemainder(dividingBy: step) != 0 {
            findings.invalid(path, value, "\(path) in body should be a multiple of \(JSON.numberText(step))")
        }
    }

    /// The server names no field for these, only the path in the text.
    private static func checkCombinations(_ value: JSON, schema: JSON, at path: String, into findings: inout Findings) {
        func problems(_ part: JSON) -> [FieldError] {
            var inner = Findings()
            check(value, schema: part, at: path, into: &inner)
            return inner.errors
        }
        func report(_ rule: String) { findings.invalid("<nil>", "", "\"\(path)\" must \(rule)") }
        for part in schema.items("allOf") { check(value, schema: part, at: path, into: &findings) }
        let any = schema.items("anyOf").map(problems)
        if !any.isEmpty, !any.contains(where: \.isEmpty) {
            report("validate at least one schema (anyOf)")
            for error in any.first ?? [] { findings.add(error) }
        }
        let one = schema.items("oneOf").map(problems)
        let valid = one.count(where: \.isEmpty)
        if !one.isEmpty, valid != 1 {
            let found = valid == 0 ? "Found none valid" : "Found \(valid) valid alternatives"
            report("validate one and only one schema (oneOf). \(found)")
            if valid == 0 { for error in one.first ?? [] { findings.add(error) } }
        }
        if let part = schema["not"], problems(part).isEmpty { report("not validate the schema (not)") }
    }
}
