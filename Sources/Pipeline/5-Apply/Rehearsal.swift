// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// Asks the API server, without storing anything, what it would make of an object that is deleted to be created again:
/// under a name that is free, because the old object has the real one.
struct Rehearsal: Sendable {
    /// Replaces, in the answer, values that differ each time.
    private static let chosen = "chosen by the API server"

    private let step: Step
    /// What is sent.
    private let document: KubeObject

    init(of step: Step) {
        self.step = step
        var document = step.object
        document.json[["metadata", "name"]] = .string(RehearsalName.name(for: step.id.name))
        self.document = document
    }

    private var isService: Bool { step.id.groupKind == GroupKind(group: "", kind: "Service") }

    /// Whether a refusal is about the new object itself. Addresses of a Service that the old one still has do not
    /// count.
    var isBinding: Bool { !isService }

    /// The new object under its real name, without what makes it one incarnation.
    func answer(of client: KubeClient) async throws(KubeError) -> KubeObject {
        let answer = try await client.apply(
            document,
            to: step.resource,
            fieldManager: FieldManager.main,
            dryRun: true
        )
        return renamed(answer.object)
    }

    /// The remark for a refusal that is not about the new object itself; nil where it is.
    func remark(on refusal: KubeError) -> String? {
        if refusal.reason == .dryRunUnsupported { return "not rehearsed before the deletion: \(refusal.message)" }
        if RehearsalName.isRefused(refusal) {
            return "rehearsed before the deletion but for its name, which is checked for this kind"
        }
        return isBinding ? nil : "not rehearsed, because the old object has its addresses: \(refusal.message)"
    }

    /// Why the old object is not deleted, after a refusal of the new one.
    func failure(_ refusal: KubeError) -> StepFailure {
        let head = "an immutable field differs, and"
        guard refusal.reason == .quotaExceeded else {
            return StepFailure(
                step,
                cause: "\(head) the API server would refuse the new object (\(refusal)); nothing was deleted",
                remedy: "correct the manifest",
                isRetryable: true
            )
        }
        return StepFailure(
            step,
            cause: "\(head) a quota leaves no room to try the new object beside the old one (\(refusal.message));"
                + " nothing was deleted",
            remedy: "raise the quota for the change, or delete the old object by hand",
            isRetryable: true
        )
    }

    /// Why the old object is not deleted, when the API server did not answer whether it accepts the new one.
    func silence(_ error: KubeError) -> StepFailure {
        StepFailure(
            step,
            cause: "an immutable field differs, and the new object could not be tried (\(error)); nothing was deleted",
            remedy: "",
            isRetryable: true
        )
    }

    private func renamed(_ answer: KubeObject) -> KubeObject {
        var texts = [document.name: step.id.name]
        if let uid = answer.uid, !uid.isEmpty { texts[uid] = Self.chosen }
        var object = answer
        for field in ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"] {
            object.json[["metadata", field]] = nil
        }
        object.json = object.json.replacing(texts)
        if isService { hideAddresses(of: &object) }
        return object
    }

    /// Of a Service: an address or a port that is free now need not be the one that the new object gets.
    private func hideAddresses(of object: inout KubeObject) {
        func isFilledIn(_ field: String) -> Bool {
            let declared = document.spec?[field]
            return object.spec?[field] != nil && (declared == nil || declared == "" || declared == 0)
        }
        if isFilledIn("clusterIP"), isFilledIn("clusterIPs"), object.spec?["clusterIP"] != "None" {
            object.json[["spec", "clusterIP"]] = .string(Self.chosen)
            object.json[["spec", "clusterIPs"]] = [.string(Self.chosen)]
        }
        if isFilledIn("healthCheckNodePort") {
            object.json[["spec", "healthCheckNodePort"]] = .string(Self.chosen)
        }
        guard let ports = object.spec?["ports"]?.array else { return }
        let declared = document.spec?["ports"]?.array ?? []
        object.json[["spec", "ports"]] = .array(
            ports.enumerated().map { index, port -> JSON in
                let isDeclared = index < declared.count && declared[index]["nodePort"] != nil
                guard port["nodePort"] != nil, !isDeclared else { return port }
                var port = port
                port["nodePort"] = .string(Self.chosen)
                return port
            }
        )
    }
}

/// What a sync would make of an object that it deletes and creates again.
package enum Recreation: Sendable {
    /// The new object; without what makes it one incarnation.
    case created(KubeObject)
    /// The API server cannot tell before; why.
    case unknown(String)
    /// Nothing is deleted; the line with the reason, as a sync writes it.
    case refused(String)
    /// The API server did not answer; the line with the reason.
    case unanswered(String)
}

extension Step {
    /// What a sync would do after a refusal for which it may delete the object and create it again. Sends a dry-run.
    ///
    /// - Parameters:
    ///   - refusal: The API server's answer to the apply.
    ///   - client: Asks the API server for the new object.
    /// - Returns: What would become of the object; nil when a sync does not delete it.
    package func recreation(after refusal: KubeError, by client: KubeClient) async -> Recreation? {
        guard isRecreated(after: refusal), let live else { return nil }
        let rehearsal = Rehearsal(of: self)
        var result: Recreation
        do throws(KubeError) { result = .created(try await rehearsal.answer(of: client)) } catch {
            guard error.isVerdict else { return .unanswered(rehearsal.silence(error).line) }
            guard let remark = rehearsal.remark(on: error) else { return .refused(rehearsal.failure(error).line) }
            result = .unknown(remark)
        }
        if let failure = objection(toDeleting: live, for: nil) { result = .refused(failure.line) }
        return result
    }

    /// Whether the object is deleted and created again after this refusal. Decided by the causes of the Status and not
    /// by its message: without causes it names no immutable field.
    func isRecreated(after refusal: KubeError) -> Bool {
        refusal.reason == .immutableField && mayRecreate && !refusal.causes.isEmpty && live?.uid != nil
    }

    /// Why the object is not deleted to be created again, as it is now; nil when it may be. What the manifest itself
    /// asks for does not count. The owner counts only when an ApplySet is given.
    func objection(toDeleting now: KubeObject, for applySet: ApplySet?) -> StepFailure? {
        guard isConfirmed else {
            return StepFailure(
                self,
                cause:
                    "an immutable field differs, and nothing proves that a sync applied the live object, so it is not this"
                    + " project's to delete; nothing was deleted",
                remedy: "delete it by hand if nobody needs it, or correct the manifest",
                isRetryable: true
            )
        }
        guard let reason = reasonToStay(now, for: applySet) else { return nil }
        return StepFailure(
            self,
            cause: "an immutable field differs, and the live object \(reason); nothing was deleted",
            remedy: "take that off the live object, or correct the manifest",
            isRetryable: true
        )
    }

    private func reasonToStay(_ now: KubeObject, for applySet: ApplySet?) -> String? {
        if SyncAnnotation.isLeftAlone(now) { return "asks to be left alone" }
        if let applySet, case .other(let owner) = Ownership.of(now, for: applySet) { return "belongs to \(owner)" }
        guard SyncAnnotation.objection(of: object) == nil else { return nil }
        return SyncAnnotation.objection(of: now)?.reason
    }
}

extension JSON {
    /// The value with these strings replaced by others; only whole strings are replaced.
    fileprivate func replacing(_ texts: [String: String]) -> JSON {
        switch self {
        case .string(let text): texts[text].map(JSON.string) ?? self
        case .array(let items): .array(items.map { $0.replacing(texts) })
        case .object(let members):
            .object(JSONObject(members.map { JSONObject.Member(key: $0.key, value: $0.value.replacing(texts)) }))
        case .null, .bool, .int, .double: self
        }
    }
}
