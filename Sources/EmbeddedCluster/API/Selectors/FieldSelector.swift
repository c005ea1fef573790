// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import KubeObjects

/// A field selector: all of its terms must hold. Each kind supports only some fields.
package struct FieldSelector: Sendable, Hashable {
    private struct Term: Sendable, Hashable {
        let field: String
        let value: String
        let isEqual: Bool
    }

    private var terms: [Term] = []

    /// Selects all objects.
    package static let everything = FieldSelector()

    private init() {}

    /// Reads `metadata.name=x,status.phase!=Running`; `\,`, `\=` and `\\` stand for themselves in values.
    ///
    /// - Throws: 400 with the API server's text when it cannot be read or the kind does not support a field.
    package init(_ text: String, resource: RegisteredResource) throws(StatusError) {
        guard !text.isEmpty else { return }
        for part in FieldSelector.split(text, at: ",") where !part.isEmpty {
            guard let sign = FieldSelector.sign(in: part) else {
                throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
            }
            let field = String(part[..<sign.lowerBound])
            guard FieldSelector.isSupported(field, resource.gvk) else {
                throw .badRequest(FieldSelector.refusal(field, resource))
            }
            terms.append(
                Term(
                    field: field,
                    value: String(part[sign.upperBound...]).replacing(#/\\(.)/#) { String($0.output.1) },
                    isEqual: !part[sign].hasPrefix("!")
                )
            )
        }
    }

    /// Whether it selects everything.
    package var isEverything: Bool { terms.isEmpty }

    /// The value that `metadata.name` must have; nil when any name will do.
    package var requiredName: String? { terms.first { $0.isEqual && $0.field == "metadata.name" }?.value }

    /// Selects only the object with this name.
    ///
    /// - Throws: 400 when the selector asks for anything else.
    mutating func require(name: String) throws(StatusError) {
        guard terms.isEmpty || requiredName == name else {
            throw .badRequest("fieldSelector metadata.name doesn't match requested name")
        }
        if terms.isEmpty { terms = [Term(field: "metadata.name", value: name, isEqual: true)] }
    }

    /// Whether the object, in the version of the request, fulfils all terms. An absent field is the empty text.
    package func matches(_ object: KubeObject) -> Bool {
        terms.allSatisfy { term in
            (FieldSelector.value(of: term.field, in: object.json).hasSameBytes(as: term.value)) == term.isEqual
        }
    }

    private static func value(of field: String, in json: JSON) -> String {
        var path = field.split(separator: ".").map(String.init)
        if field == "reportingComponent", json["reportingComponent"] == nil { path = ["reportingController"] }
        if field == "source", json["source"]?.object != nil { path = ["source", "component"] }
        switch json[path] {
        case .string(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        default: return FieldSelector.absentValue(of: field)
        }
    }

    private static func absentValue(of field: String) -> String {
        switch field {
        case "spec.unschedulable", "spec.hostNetwork": "false"
        case "status.successful", "status.replicas": "0"
        default: ""
        }
    }

    private static func isSupported(_ field: String, _ gvk: GroupVersionKind) -> Bool {
        if field == "metadata.name" || field == "metadata.namespace" { return true }
        return supported["\(gvk.group)/\(gvk.kind)"]?.contains(field) ?? false
    }

    private static func refusal(_ field: String, _ resource: RegisteredResource) -> String {
        let hasOwnFields = supported["\(resource.gvk.group)/\(resource.gvk.kind)"] != nil
        if hasOwnFields { return "field label not supported: \(field)" }
        if resource.isCustom {
            return "field label not supported: \(field)"
        }
        return
            "\(StatusError.quoted(field)) is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
    }

    private static let supported: [String: Set<String>] = [
        "/Pod": [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
            "status.phase", "status.podIP", "status.nominatedNodeName",
        ],
        "/Node": ["spec.unschedulable"],
        "/ReplicationController": ["status.replicas"],
        "/Namespace": ["status.phase"],
        "/Secret": ["type"],
        "/Service": ["spec.clusterIP", "spec.type"],
        "/Event": [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
            "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
            "reportingComponent", "source", "type",
        ],
        "events.k8s.io/Event": [
            "reason", "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid",
            "regarding.apiVersion", "regarding.resourceVersion", "regarding.fieldPath", "reportingController", "type",
        ],
        "batch/Job": ["status.successful"],
    ]

    /// The pieces between `separator`s that no backslash precedes.
    private static func split(_ text: String, at separator: Character) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isEscaped = false
        for index in text.indices {
            if isEscaped {
                isEscaped = false
            } else if text[index] == "\\" {
                isEscaped = true
            } else if text[index] == separator {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        return parts + [text[start...]]
    }

    private static func sign(in part: Substring) -> Range<Substring.Index>? {
        for index in part.indices {
            for sign in ["!=", "==", "="] where part[index...].hasPrefix(sign) {
                return index..<part.index(index, offsetBy: sign.count)
            }
        }
        return nil
    }
}
