// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Waiting

/// One write that is about to happen. A row of it is on disk before the request leaves.
package struct MutationIntent: Sendable {
    /// What is about to be done, in one word. These are the words of passes; who else writes adds its own.
    package struct Verb: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
        package static let apply = Verb(rawValue: "apply")
        package static let delete = Verb(rawValue: "delete")
        package static let recreate = Verb(rawValue: "recreate")
        package static let inventory = Verb(rawValue: "inventory")
        /// Stores a person's order beside the inventory.
        package static let order = Verb(rawValue: "order")

        /// As the history stores it.
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        package var description: String { rawValue }
    }

    package let id: ObjectID
    package let verb: Verb
    /// One line: why (`created by commit abcd1234`, `drift: .spec.replicas`, `removed from git`).
    package let reason: String

    package init(id: ObjectID, verb: Verb, reason: String) {
        self.id = id
        self.verb = verb
        self.reason = reason
    }
}

/// How a write ended.
package enum MutationResult: Sendable, Hashable {
    case done
    case failed(String)
    /// The request left and no answer came.
    case unknown(String)
}

/// Records intents and outcomes. Without an intent row there is no mutation. Only ``JournaledWrite`` calls it.
package protocol MutationJournal: Sendable {
    /// Writes all intents durably in one go and returns a number for each, in the same order.
    ///
    /// - Throws: when the rows could not be made durable; then none of the mutations may happen.
    func intend(_ intents: [MutationIntent]) async throws -> [Int64]

    /// Writes the results of mutations that were intended before.
    func conclude(_ results: [(intent: Int64, result: MutationResult)]) async throws

    /// The same, and what became of the objects with all that changed; both or neither is written.
    func conclude(_ results: [(intent: Int64, result: MutationResult)], objects: [ObjectOutcome]) async throws
}
