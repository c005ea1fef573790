// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects

/// What a server does with fields that a kind does not declare, and with fields that stand twice.
enum FieldValidation: String, Sendable, Hashable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"
}

/// The options of a create, update or patch.
struct WriteOptions: Sendable {
    /// Whose write it is; of a request without one the first part of its user agent.
    var fieldManager: String
    var fieldValidation = FieldValidation.warn
    /// Whether to do all but store.
    var isDryRun = false
    /// Of an apply: whether to take fields from their owners.
    var isForced = false
    /// Empty, or `status` or `scale`.
    var subresource = ""
}

extension WriteOptions {
    /// Which `…Options` kind of `meta.k8s.io` a request's query is.
    enum Kind: String {
        case create = "CreateOptions"
        case update = "UpdateOptions"
        case patch = "PatchOptions"
        case delete = "DeleteOptions"
    }

    /// Reads and checks the query of a write.
    init(
        _ request: APIRequest,
        kind: Kind,
        isApply: Bool = false,
        subresource: String = ""
    ) throws(StatusError) {
        let query = request.query
        let manager = query["fieldManager"] ?? ""
        var causes = WriteOptions.dryRunCauses(query.all("dryRun"))
        if isApply, manager.isEmpty {
            causes.append(
                .init(
                    reason: "FieldValueRequired",
                    message: "Required value: is required for apply patch",
                    field: "fieldManager"
                )
            )
        } else if kind == .patch, !isApply, query["force"] != nil {
            causes.append(
                .init(
                    reason: "FieldValueForbidden",
                    message: "Forbidden: may not be specified for non-apply patch",
                    field: "force"
                )
            )
        }
        causes += WriteOptions.managerCauses(manager)
        let validation = query["fieldValidation"] ?? ""
        if !validation.isEmpty, FieldValidation(rawValue: validation) == nil {
            causes.append(
                .init(
                    reason: "FieldValueNotSupported",
                    message: "Unsupported value: \(StatusError.quoted(validation)): supported values: \"\", "
                        + "\"Ignore\", \"Strict\", \"Warn\"",
                    field: "fieldValidation"
                )
            )
        }
        guard causes.isEmpty else {
            throw .invalid(GroupKind(group: "meta.k8s.io", kind: kind.rawValue), "", causes)
        }
        self.init(
            fieldManager: manager.isEmpty ? WriteOptions.manager(userAgent: request.userAgent) : manager,
            fieldValidation: FieldValidation(rawValue: validation) ?? .warn,
            isDryRun: !query.all("dryRun").isEmpty,
            isForced: query.flag("force"),
            subresource: subresource
        )
    }

    /// What is wrong with the values of `dryRun`.
    static func dryRunCauses(_ values: [String]) -> [StatusError.Cause] {
        values.contains { $0 != "All" }
            ? [
                .init(
                    reason: "FieldValueNotSupported",
                    message:
                        "Unsupported value: \(JSON.array(values.map(JSON.string)).text): supported values: \"All\"",
                    field: "dryRun"
                )
            ] : []
    }

    private static func managerCauses(_ manager: String) -> [StatusError.Cause] {
        var causes: [StatusError.Cause] = []
        if manager.utf8.count > 128 {
            causes.append(
                .init(
                    reason: "FieldValueTooLong",
                    message: "Too long: may not be more than 128 bytes",
                    field: "fieldManager"
                )
            )
        }
        if manager.unicodeScalars.contains(where: { !$0.isGoPrintable }) {
            causes.append(
                .init(
                    reason: "FieldValueInvalid",
                    message: "Invalid value: \(StatusError.quoted(manager)): should only contain printable characters",
                    field: "fieldManager"
                )
            )
        }
        return causes
    }

    /// The part of a user agent before its first `/`, without what cannot be printed, at most 128 bytes.
    static func manager(userAgent: String) -> String {
        let name = userAgent.prefix { $0 != "/" }
        var result = String.UnicodeScalarView()
        var length = 0
        for scalar in name.unicodeScalars where scalar.isGoPrintable {
            length += UTF8.width(scalar)
            guard length <= 128 else { break }
            result.append(scalar)
        }
        return result.isEmpty ? "unknown" : String(result)
    }
}

extension Unicode.Scalar {
    /// What Go's `unicode.IsPrint` says: letters, marks, numbers, punctuation, symbols and the space.
    fileprivate var isGoPrintable: Bool {
        if self == " " { return true }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}
