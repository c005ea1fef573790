// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Synchronization

/// An admission webhook as the API server meets one, answered in this process. Every one is asked where the real server
/// asks mutating ones: after defaults are filled in and before the object is validated.
package struct AdmissionWebhook: Sendable {
    /// What the server asks about.
    package struct Review: Sendable {
        /// `CREATE`, `UPDATE` or `DELETE`.
        package let operation: String
        /// As it would be stored; for a deletion the object that would go.
        package let object: JSON
        package let isDryRun: Bool
    }

    /// What the webhook says.
    package enum Answer: Sendable {
        case allow
        /// With the code that the webhook chose; the real server makes 400 of none.
        case deny(code: Int = 400, reason: String = "", String)
        /// Another object in place of the given one.
        case change(JSON)
        /// It cannot be called, and its failure policy is `Fail`; the text is the transport's.
        case unreachable(String)
    }

    package let name: String
    package let answer: @Sendable (Review) -> Answer

    package init(_ name: String, answer: @escaping @Sendable (Review) -> Answer) {
        self.name = name
        self.answer = answer
    }
}

/// The webhooks of a cluster, changeable at any time.
package final class AdmissionScript: Sendable {
    private let webhooks = Mutex<[AdmissionWebhook]>([])

    /// A cluster without webhooks.
    package init() {}

    /// Adds a webhook behind the others.
    package func add(_ webhook: AdmissionWebhook) { webhooks.withLock { $0.append(webhook) } }

    /// Takes all webhooks away.
    package func removeAll() { webhooks.withLock { $0 = [] } }

    /// Asks every webhook in turn.
    ///
    /// - Returns: The object as they leave it.
    /// - Throws: The first refusal or failure, in the words of kube-apiserver 1.36.
    package func review(_ object: JSON, _ operation: String, isDryRun: Bool) throws(StatusError) -> JSON {
        var object = object
        for webhook in webhooks.withLock({ $0 }) {
            switch webhook.answer(.init(operation: operation, object: object, isDryRun: isDryRun)) {
            case .allow: break
            case .change(let changed): object = changed
            case .deny(let code, let reason, let message):
                throw StatusError(
                    code: code,
                    reason: reason,
                    message: "admission webhook \"\(webhook.name)\" denied the request: \(message)"
                )
            case .unreachable(let problem):
                let message = "failed calling webhook \"\(webhook.name)\": failed to call webhook: \(problem)"
                throw StatusError(
                    code: 500,
                    reason: "InternalError",
                    message: "Internal error occurred: \(message)",
                    details: .init(causes: [.init(reason: "", message: message)])
                )
            }
        }
        return object
    }
}
