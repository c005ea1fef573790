// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterControllers
import KubeObjects

/// The options of a deletion, from its body or its query.
struct DeleteOptions: Sendable {
    var propagation: DeletionPropagation?
    /// Seconds until the object is removed; nil for the kind's own.
    var gracePeriodSeconds: Int64?
    /// Refuse the deletion of an object with another UID.
    var uid: String?
    /// Refuse the deletion of an object with another resourceVersion.
    var resourceVersion: String?
    var isDryRun = false

    init() {}

    /// Reads and checks the options of a request.
    init(_ request: APIRequest) throws(StatusError) {
        var policy = request.query["propagationPolicy"]
        var dryRun = request.query.all("dryRun")
        gracePeriodSeconds = try request.query.integer("gracePeriodSeconds")
        var orphans = request.query["orphanDependents"].map { $0 == "true" }
        if !request.body.isEmpty {
            let json = try RequestBody(request, kind: "DeleteOptions").json
            if let kind = json["kind"]?.string, !kind.isEmpty, kind != "DeleteOptions" {
                throw .badRequest(
                    "no kind \"\(kind)\" is registered for the internal version of group \"meta.k8s.io\" in scheme "
                        + "\"k8s.io/apiserver/pkg/apis/scheme/scheme.go\""
                )
            }
            policy = json["propagationPolicy"]?.string
            dryRun = json["dryRun"]?.array?.compactMap(\.string) ?? []
            gracePeriodSeconds = json["gracePeriodSeconds"]?.int
            orphans = json["orphanDependents"]?.bool
            uid = json["preconditions"]?["uid"]?.string
            resourceVersion = json["preconditions"]?["resourceVersion"]?.string
        }
        var causes = WriteOptions.dryRunCauses(dryRun)
        if let policy, !policy.isEmpty, DeletionPropagation(rawValue: policy) == nil {
            causes.append(
                .init(
                    reason: "FieldValueNotSupported",
                    message: "Unsupported value: \(StatusError.quoted(policy)): supported values: \"Foreground\", "
                        + "\"Background\", \"Orphan\", \"nil\"",
                    field: "propagationPolicy"
                )
            )
        }
        guard causes.isEmpty else {
            throw .invalid(GroupKind(group: "meta.k8s.io", kind: "DeleteOptions"), "", causes)
        }
        isDryRun = !dryRun.isEmpty
        propagation = policy.flatMap(DeletionPropagation.init) ?? orphans.map { $0 ? .orphan : .background }
    }
}
