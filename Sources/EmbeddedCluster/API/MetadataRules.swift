// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import KubeObjects

/// Validates `metadata` as apimachinery's `ValidateObjectMeta` does.
enum MetadataRules {
    private static let maxAnnotationBytes = 256 << 10

    /// Findings on a new object's metadata.
    static func findings(_ json: JSON, _ resource: RegisteredResource) -> [FieldError] {
        let metadata = json["metadata"] ?? [:]
        var errors: [FieldError] = []
        let rule = NameRule(resource.gvk.groupKind)
        if let base = metadata["generateName"]?.string, !base.isEmpty {
            errors += rule.problems(base, isPrefix: true)
                .map { FieldError("metadata.generateName", .invalid, value: .string(base), detail: $0) }
        }
        let name = metadata["name"]?.string ?? ""
        if name.isEmpty {
            errors.append(FieldError("metadata.name", .required, detail: "name or generateName is required"))
        } else {
            errors += rule.problems(name, isPrefix: false)
                .map { FieldError("metadata.name", .invalid, value: .string(name), detail: $0) }
        }
        return errors + commonFindings(metadata)
    }

    /// Findings on changed metadata.
    static func updateFindings(_ json: JSON, _ live: JSON, _ resource: RegisteredResource) -> [FieldError] {
        let metadata = json["metadata"] ?? [:]
        var errors = commonFindings(metadata)
        if live["metadata"]?["deletionTimestamp"] != nil {
            let old = Set(texts(live["metadata"]?["finalizers"]))
            let new = Set(texts(metadata["finalizers"])).subtracting(old).sorted()
            if !new.isEmpty {
                let list = new.map(StatusError.quoted).joined(separator: ", ")
                errors.append(
                    FieldError(
                        "metadata.finalizers",
                        .forbidden,
                        detail: "no new finalizers can be added if the object is being deleted, found new finalizers "
                            + "[]string{\(list)}"
                    )
                )
            }
        }
        return errors
    }

    private static func commonFindings(_ metadata: JSON) -> [FieldError] {
        labelFindings(metadata["labels"], field: "metadata.labels") + annotationFindings(metadata["annotations"])
            + ownerFindings(metadata["ownerReferences"]?.array ?? []) + finalizerFindings(metadata["finalizers"])
    }

    private static func labelFindings(_ labels: JSON?, field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for label in labels?.object ?? JSONObject() {
            let value = label.value.string ?? ""
            errors += NameRule.qualifiedNameProblems(label.key, subject: "label key")
                .map { FieldError(field, .invalid, value: .string(label.key), detail: $0) }
            errors += NameRule.labelValueProblems(value)
                .map { FieldError(field, .invalid, value: .string(value), detail: $0) }
        }
        return errors
    }

    private static func annotationFindings(_ annotations: JSON?) -> [FieldError] {
        var errors: [FieldError] = []
        var size = 0
        for annotation in annotations?.object ?? JSONObject() {
            errors += NameRule.qualifiedNameProblems(annotation.key.lowercased(), subject: "annotation key")
                .map { FieldError("metadata.annotations", .invalid, value: .string(annotation.key), detail: $0) }
            size += annotation.key.utf8.count + (annotation.value.string ?? "").utf8.count
        }
        if size > maxAnnotationBytes {
            errors.append(
                FieldError("metadata.annotations", .tooLong, detail: "may not be more than \(maxAnnotationBytes) bytes")
            )
        }
        return errors
    }

    private static func ownerFindings(_ owners: [JSON]) -> [FieldError] {
        var errors: [FieldError] = []
        let field = "metadata.ownerReferences"
        var controller: String?
        for owner in owners {
            for key in ["apiVersion", "kind", "name", "uid"] where (owner[key]?.string ?? "").isEmpty {
                let detail = key == "apiVersion" ? "version must not be empty" : "must not be empty"
                errors.append(FieldError("\(field).\(key)", .invalid, value: "", detail: detail))
            }
            if owner["kind"]?.string == "Event", owner["apiVersion"]?.string == "v1" {
                errors.append(
                    FieldError(
                        field,
                        .invalid,
                        value: owner,
                        detail: "/v1, Kind=Event is disallowed from being an owner"
                    )
                )
            }
            guard owner["controller"]?.bool == true else { continue }
            let name = "\(owner["kind"]?.string ?? "")/\(owner["name"]?.string ?? "")"
            if let first = controller {
                errors.append(
                    FieldError(
                        field,
                        .invalid,
                        value: .array(owners),
                        detail: "Only one reference can have Controller set to true. Found \"true\" in references for "
                            + "\(first) and \(name)"
                    )
                )
            } else {
                controller = name
            }
        }
        return errors
    }

    private static func finalizerFindings(_ finalizers: JSON?) -> [FieldError] {
        var errors: [FieldError] = []
        let names = texts(finalizers)
        for (index, name) in names.enumerated() {
            errors += NameRule.qualifiedNameProblems(name, subject: "name part")
                .map { FieldError("metadata.finalizers", .invalid, value: .string(name), detail: $0) }
            if !name.contains("/"), !["orphan", "foregroundDeletion", "kubernetes"].contains(name) {
                errors.append(
                    FieldError(
                        "metadata.finalizers[\(index)]",
                        .invalid,
                        value: .string(name),
                        detail: "name is neither a standard finalizer name nor is it fully qualified"
                    )
                )
            }
        }
        if names.contains("orphan"), names.contains("foregroundDeletion") {
            errors.append(
                FieldError(
                    "metadata.finalizers",
                    .invalid,
                    value: finalizers,
                    detail: "finalizer orphan and foregroundDeletion cannot be both set"
                )
            )
        }
        return errors
    }

    private static func texts(_ json: JSON?) -> [String] { json?.array?.compactMap(\.string) ?? [] }
}
