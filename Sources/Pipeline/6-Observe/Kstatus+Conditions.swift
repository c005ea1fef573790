// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook

/// The rules of kinds that have none of their own, mostly custom resources: what the conventions of the Kubernetes API and the
/// habits of controllers say, and nothing about any single vendor's kind.
///
/// `Ready` decides where a status has it. Without it a condition whose name says that something is as it should be
/// (`Available`, `ChildrenHealthy`) and that is not `True` is waited for; one that names a failure and is `True` is
/// one; and so is a word such as `Failed` or `Pending` in `status.phase`. Where a status has none of these, existing is
/// enough.
extension Kstatus {
    /// The verdict of an object without a rule of its own.
    static func byConvention(_ object: KubeObject) -> Verdict {
        let conditions = Conditions(object.status)
        if let ready = conditions.first("Ready") {
            guard isTrue(ready) else { return (.inProgress, text(of: ready, fallback: "is not ready")) }
            // A controller that has both is ready by its last good state, and reports here that it cannot reach the new
            // one.
            if let synced = conditions.first("Synced"), isFalse(synced) {
                return (.inProgress, text(of: synced, fallback: "is not synced"))
            }
            return (.current, "is ready")
        }
        if let failure = conditions.own.first(where: { isTrue($0) && names($0, anyOf: failures) }) {
            return (.failed, text(of: failure, fallback: failure["type"]?.string ?? "has failed"))
        }
        if let word = conditions.words.first(where: { failingWords.contains($0.plain) }) {
            return (.failed, word.told)
        }
        for key in ["ready", "readyToUse", "healthy"] where object.status?[key]?.bool == false {
            return (.inProgress, "status.\(key) is false")
        }
        let current = conditions.nested.filter { isOfThisGeneration($0, of: object) }
        if let missing = (conditions.own + current).first(where: { !isTrue($0) && isAchievement($0) }) {
            return (.inProgress, text(of: missing, fallback: "\(missing["type"]?.string ?? "a condition") is not true"))
        }
        if let word = conditions.words.first, passingWords.contains(word.plain) { return (.inProgress, word.told) }
        if let progressing = conditions.first("Progressing"), isTrue(progressing),
            conditions.first("Available").map(isTrue) != true
        {
            return (.inProgress, text(of: progressing, fallback: "is progressing"))
        }
        return (.current, "exists")
    }

    /// Ends of the types of conditions that say that something is as it should be.
    private static let achievements = [
        "Ready", "Available", "Healthy", "Established", "Accepted", "Admitted", "Programmed", "Synced", "Synchronized",
        "Reconciled", "Installed", "Deployed", "Applied", "Provisioned", "Succeeded", "Success", "Complete",
        "Completed",
        "Valid", "ResolvedRefs", "Compliant",
    ]
    /// Ends of the types of conditions that say that something went wrong.
    private static let failures = [
        "Failed", "Failure", "Error", "Errored", "ErrorOccurred", "Degraded", "Unhealthy", "Invalid", "InvalidSpec",
        "NotReady", "Rejected",
    ]
    private static let failingWords: Set<String> = [
        "failed", "failure", "error", "errored", "degraded", "unhealthy", "invalid", "rejected", "noncompliant", "red",
    ]
    private static let passingWords: Set<String> = [
        "pending", "creating", "provisioning", "progressing", "inprogress", "initializing", "deploying", "installing",
        "preparing", "processing", "building", "starting", "restarting", "stopping", "scaling", "scalingup",
        "scalingdown", "updating", "upgrading", "reconciling", "waiting", "deleting", "terminating", "notready",
        "yellow",
    ]

    // Some definitions let the status be a real boolean.
    private static func isTrue(_ condition: JSON) -> Bool {
        condition["status"]?.string == "True" || condition["status"]?.bool == true
    }

    private static func isFalse(_ condition: JSON) -> Bool {
        condition["status"]?.string == "False" || condition["status"]?.bool == false
    }

    private static func names(_ condition: JSON, anyOf endings: [String]) -> Bool {
        guard let type = condition["type"]?.string,
            condition["status"]?.string != nil || condition["status"]?.bool != nil
        else { return false }
        return endings.contains { type.hasSuffix($0) }
    }

    /// Whether a condition's type says that something is as it should be; `NotReady` says the opposite.
    private static func isAchievement(_ condition: JSON) -> Bool {
        guard names(condition, anyOf: achievements), !names(condition, anyOf: failures) else { return false }
        return !names(condition, anyOf: achievements.flatMap { ["Not\($0)", "Un\($0.lowercased())"] })
    }

    /// Whether a part's condition is about the object as it is now: parts that are gone leave old ones behind.
    private static func isOfThisGeneration(_ condition: JSON, of object: KubeObject) -> Bool {
        guard let seen = condition["observedGeneration"]?.int, let now = object.generation else { return true }
        return seen == now
    }
}

/// The parts of a status that many kinds share.
private struct Conditions {
    /// `status.conditions`.
    let own: [JSON]
    /// The conditions of parts that the status lists: parents of a route, listeners of a gateway.
    let nested: [JSON]
    /// `status.phase` and fields like it, with the value in lower case, letters only.
    let words: [(plain: String, told: String)]

    init(_ status: JSON?) {
        own = status?["conditions"]?.array ?? []
        let lists = (status?.object ?? JSONObject()).filter { $0.key != "conditions" }.compactMap { $0.value.array }
        nested = lists.joined().flatMap { $0["conditions"]?.array ?? [] }
        words = ["phase", "state", "status", "health"].compactMap { key in
            guard let text = status?[key]?.string, !text.isEmpty else { return nil }
            let message = ["message", "reason"].compactMap { status?[$0]?.string }.first { !$0.isEmpty }
            let told = "status.\(key) is \(text)\(message.map { ": \($0)" } ?? "")"
            return (text.lowercased().filter(\.isLetter), Kstatus.bounded(told))
        }
    }

    func first(_ type: String) -> JSON? { own.first { $0["type"]?.string == type } }
}
