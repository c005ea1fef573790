// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Checks an applied configuration against the merge schema, in structured-merge-diff's words.
enum AppliedConfiguration {
    /// Problems as `.spec.replicas: expected numeric (int or float), got string`; empty when the configuration fits.
    ///
    /// Of the undeclared fields of one map only the first is reported, as the real server does.
    static func problems(of value: JSON, node: SchemaNode) -> [String] {
        var problems: [String] = []
        check(value, node: node, path: [], problems: &problems)
        return problems
    }

    private static func check(_ value: JSON, node: SchemaNode, path: [FieldPathElement], problems: inout [String]) {
        func report(_ problem: String) { problems.append(path.isEmpty ? problem : "\(path.display): \(problem)") }
        guard !value.isNull else { return }
        switch node.resolved {
        case .untyped, .atomicUntyped, .reference, .granular: break
        case .scalar(let scalar):
            if let problem = scalarProblem(value, scalar) { report(problem) }
        case .structure(let structure):
            guard let members = value.object else { return report("expected map, got \(goValue(value))") }
            for member in members {
                let childPath = path + [.field(member.key)]
                if let field = structure.fields[member.key] {
                    check(member.value, node: field.node, path: childPath, problems: &problems)
                } else if !structure.preservesUnknownFields {
                    problems.append("\(childPath.display): field not declared in schema")
                    return
                }
            }
        case .map(let element, _):
            guard let members = value.object else { return report("expected map, got \(goValue(value))") }
            for member in members {
                check(member.value, node: element, path: path + [.field(member.key)], problems: &problems)
            }
        case .list(let list):
            guard let items = value.array else { return report("expected list, got \(goValue(value))") }
            checkItems(items, of: list, path: path, problems: &problems)
        }
    }

    private static func checkItems(
        _ items: [JSON],
        of list: SchemaList,
        path: [FieldPathElement],
        problems: inout [String]
    ) {
        var seen: Set<FieldPathElement> = []
        for (index, item) in items.enumerated() {
            guard list.kind != .atomic else {
                check(item, node: list.item, path: path + [.index(index)], problems: &problems)
                continue
            }
            guard let element = list.pathElement(of: item) else {
                problems.append("\(path.display): element \(index): \(list.pathElementProblem(of: item))")
                return
            }
            if !seen.insert(element).inserted {
                problems.append("\(path.display): duplicate entries for key \(element.display)")
            }
            check(item, node: list.item, path: path + [element], problems: &problems)
        }
    }

    private static func scalarProblem(_ value: JSON, _ scalar: SchemaScalar) -> String? {
        switch (scalar, value) {
        case (.int32, .int), (.int32, .double), (.int64, .int), (.int64, .double), (.float, .int), (.float, .double),
            (.bool, .bool), (.string, .string), (.time, .string), (.microTime, .string), (.bytes, .string):
            return nil
        case (.quantity, .array), (.quantity, .object), (.intOrString, .array), (.intOrString, .object):
            return "expected any scalar, got \(goValue(value))"
        case (.quantity, _), (.intOrString, _): return nil
        case (.int32, _), (.int64, _), (.float, _): return "expected numeric (int or float), got \(goType(value))"
        case (.bool, _): return "expected boolean, got \(goValue(value))"
        case (.string, _), (.time, _), (.microTime, _), (.bytes, _):
            return "expected string, got &value.valueUnstructured{Value:\(goSyntax(value))}"
        }
    }

    private static func goType(_ value: JSON) -> String {
        switch value {
        case .null: "<nil>"
        case .bool: "bool"
        case .int: "int64"
        case .double: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }

    /// As Go prints a value with `%v` inside of a pointer to a struct.
    private static func goValue(_ value: JSON) -> String { "&{\(plain(value))}" }

    private static func plain(_ value: JSON) -> String {
        switch value {
        case .string(let text): text
        case .array(let items): "[\(items.map(plain).joined(separator: " "))]"
        case .object(let members): "map[\(members.map { "\($0.key):\(plain($0.value))" }.joined(separator: " "))]"
        case .null: "<nil>"
        default: value.text
        }
    }

    /// As Go prints a value with `%#v`.
    private static func goSyntax(_ value: JSON) -> String {
        switch value {
        case .array(let items): "[]interface {}{\(items.map(goSyntax).joined(separator: ", "))}"
        case .object(let members):
            "map[string]interface {}{"
                + members.map { "\(JSON.string($0.key).text):\(goSyntax($0.value))" }.joined(separator: ", ") + "}"
        case .null: "interface {}(nil)"
        default: value.text
        }
    }
}
