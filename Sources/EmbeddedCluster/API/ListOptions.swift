// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import KubeObjects

/// The options of a list or watch.
struct ListOptions: Sendable {
    var labelSelector = LabelQuery.everything
    var fieldSelector = FieldSelector.everything
    /// Empty: the newest; `0`: any; else at least, or exactly, that revision.
    var resourceVersion = ""
    /// Empty, `Exact` or `NotOlderThan`.
    var resourceVersionMatch = ""
    /// Objects per page; 0 for all.
    var limit = 0
    var continueToken = ""
    var allowsBookmarks = false
    /// Of a watch: whether to begin with the objects that are there; nil when the client does not say.
    var sendsInitialEvents: Bool?
    /// Seconds after which a watch ends; nil for the server's choice.
    var timeoutSeconds: Int64?

    /// Reads and checks the query of a list or watch.
    init(_ query: QueryParameters, resource: RegisteredResource, isWatch: Bool) throws(StatusError) {
        labelSelector = try LabelQuery(query["labelSelector"] ?? "")
        fieldSelector = try FieldSelector(query["fieldSelector"] ?? "", resource: resource)
        resourceVersion = query["resourceVersion"] ?? ""
        resourceVersionMatch = query["resourceVersionMatch"] ?? ""
        limit = Int(max(0, try query.integer("limit") ?? 0))
        continueToken = query["continue"] ?? ""
        allowsBookmarks = query.flag("allowWatchBookmarks")
        sendsInitialEvents = query["sendInitialEvents"] == nil ? nil : query.flag("sendInitialEvents")
        timeoutSeconds = try query.integer("timeoutSeconds")
        let causes = isWatch ? watchCauses : listCauses
        guard causes.isEmpty else {
            throw .invalid(GroupKind(group: "meta.k8s.io", kind: "ListOptions"), "", causes)
        }
    }

    private var listCauses: [StatusError.Cause] {
        var causes: [StatusError.Cause] = []
        if !resourceVersionMatch.isEmpty {
            if resourceVersion.isEmpty {
                causes.append(forbiddenMatch("resourceVersionMatch is forbidden unless resourceVersion is provided"))
            }
            if !continueToken.isEmpty {
                causes.append(forbiddenMatch("resourceVersionMatch is forbidden when continue is provided"))
            }
            if resourceVersionMatch != "Exact", resourceVersionMatch != "NotOlderThan" {
                causes.append(unsupportedMatch(["Exact", "NotOlderThan", ""]))
            }
            if resourceVersionMatch == "Exact", resourceVersion == "0" {
                causes.append(
                    forbiddenMatch("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")
                )
            }
        }
        if sendsInitialEvents != nil {
            causes.append(
                .init(
                    reason: "FieldValueForbidden",
                    message: "Forbidden: sendInitialEvents is forbidden for list",
                    field: "sendInitialEvents"
                )
            )
        }
        return causes
    }

    private var watchCauses: [StatusError.Cause] {
        var causes: [StatusError.Cause] = []
        if sendsInitialEvents != nil, resourceVersionMatch != "NotOlderThan" {
            causes.append(forbiddenMatch("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
        }
        if !resourceVersionMatch.isEmpty {
            if sendsInitialEvents == nil {
                causes.append(
                    forbiddenMatch("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
                )
            }
            if resourceVersionMatch != "NotOlderThan" { causes.append(unsupportedMatch(["NotOlderThan"])) }
            if !continueToken.isEmpty {
                causes.append(forbiddenMatch("resourceVersionMatch is forbidden when continue is provided"))
            }
        }
        return causes
    }

    private func forbiddenMatch(_ text: String) -> StatusError.Cause {
        .init(reason: "FieldValueForbidden", message: "Forbidden: \(text)", field: "resourceVersionMatch")
    }

    private func unsupportedMatch(_ values: [String]) -> StatusError.Cause {
        let list = values.map(StatusError.quoted).joined(separator: ", ")
        return .init(
            reason: "FieldValueNotSupported",
            message: "Unsupported value: \(StatusError.quoted(resourceVersionMatch)): supported values: \(list)",
            field: "resourceVersionMatch"
        )
    }
}
