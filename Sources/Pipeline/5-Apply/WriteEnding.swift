// SPDX-License-Identifier: Apache-2.0
import KubeClient
import SyncLook

/// Why a write failed, as its row records it.
package protocol MutationFailure: Error {
    /// Whether a request left and no answer tells if it had its effect.
    var isOutcomeUnknown: Bool { get }
    /// The line that is recorded.
    var outcomeLine: String { get }
}

extension KubeError: MutationFailure {
    package var outcomeLine: String { description }
}

extension InventoryError: MutationFailure {
    package var outcomeLine: String { description }
}

extension StepFailure: MutationFailure {
    var outcomeLine: String { line }
}

extension MutationResult {
    /// The only rule of how a failure is recorded: after a lost answer the outcome is unknown and not failed.
    package init(_ failure: some MutationFailure) {
        self = failure.isOutcomeUnknown ? .unknown(failure.outcomeLine) : .failed(failure.outcomeLine)
    }
}

/// How a ``JournaledWrite`` ended.
package enum WriteEnding<Answer: Sendable, Failure: MutationFailure>: Sendable {
    case done(Answer)
    /// Refused, or without an answer.
    case failed(Failure)
    /// The task was cancelled before the request left; the text says so.
    case notSent(String)
}

extension WriteEnding where Failure == InventoryError {
    /// The answer of a write that was done.
    ///
    /// - Parameter doing: What was being done, for the error of a write that was not sent.
    /// - Returns: The answer of a write that was done.
    /// - Throws: Why there is none.
    @discardableResult
    func get(while doing: String) throws(InventoryError) -> Answer {
        switch self {
        case .done(let answer): return answer
        case .failed(let failure): throw failure
        case .notSent(let reason): throw InventoryError(KubeError(reason: .cancelled, message: reason), while: doing)
        }
    }
}

/// Why intents or outcomes were not recorded: the pass must end.
package struct JournalFailure: Error, Sendable, CustomStringConvertible {
    /// What the journal says.
    package let cause: String
    /// Whether only the outcome is missing, of a write that was intended.
    package let isAfterwards: Bool

    package var description: String {
        isAfterwards
            ? "the journal could not be written: \(cause)"
            : "the journal could not be written, so nothing may be changed: \(cause)"
    }
}
