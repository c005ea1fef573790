// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects

extension KubeClient {
    /// Deletes exactly the object with this uid (and, when given, this resourceVersion); `gracePeriod` is how many seconds
    /// a pod gets to end, nil for its own.
    ///
    /// - Throws: `conflict` when another object has the name by now, or the version moved on.
    package func delete(
        _ resource: APIResource,
        namespace: String,
        name: String,
        uid: String,
        resourceVersion: String? = nil,
        propagation: Propagation,
        gracePeriod: Int? = nil,
        dryRun: Bool = false
    ) async throws(KubeError) -> DeleteAnswer {
        guard !uid.isEmpty else {
            throw KubeError(reason: .configuration, message: "\(resource.gvk.kind) \(name): no delete without a uid")
        }
        var options: JSON = [
            "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": .string(propagation.rawValue),
            "preconditions": ["uid": .string(uid)],
        ]
        if let resourceVersion { options[["preconditions", "resourceVersion"]] = .string(resourceVersion) }
        if let gracePeriod { options["gracePeriodSeconds"] = .int(Int64(gracePeriod)) }
        if dryRun { options["dryRun"] = ["All"] }
        let path = try resource.checkedPath(namespace: namespace, name: name)
        // The uid makes a second sending harmless: it finds the same object, none, or is refused.
        var request = KubeRequest(method: "DELETE", path: path, safety: .idempotent)
        request.contentType = "application/json"
        request.body = options.serialized()
        var policy = RetryPolicy(request: request, options: self.options)
        do throws(KubeError) {
            return try await perform(request, &policy) { (answer) throws(KubeError) in
                try KubeClient.deleteAnswer(answer, to: request, of: resource)
            }
        } catch {
            guard error.isAbsence(of: name) else { throw error }
            return policy.wasOutcomeUnknown ? .deleted : .alreadyGone
        }
    }

    /// A Status of success means gone. The object means gone too, unless it carries a deletionTimestamp: then it waits
    /// for its finalizers (or a pod for its grace period).
    private static func deleteAnswer(
        _ answer: HTTPResponse,
        to request: KubeRequest,
        of resource: APIResource
    ) throws(KubeError) -> DeleteAnswer {
        let json = try KubeDocument.json(answer, to: request, kinds: ["Status", resource.gvk.kind])
        if json["kind"]?.string == "Status", resource.gvk.kind != "Status" {
            guard json["status"]?.string == "Success" else {
                throw .violation("a Status that is no success", answer, to: request)
            }
            return .deleted
        }
        guard json["metadata"]?["deletionTimestamp"]?.string != nil else { return .deleted }
        let lists = [json["metadata"]?["finalizers"], json["spec"]?["finalizers"]]
        return .pending(finalizers: lists.flatMap { $0?.array?.compactMap(\.string) ?? [] })
    }
}

extension KubeError {
    /// Whether the server said, in a Status about this very name, that there is no such object.
    func isAbsence(of name: String) -> Bool { reason == .notFound && subjectName == name }
}
