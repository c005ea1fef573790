// SPDX-License-Identifier: Apache-2.0
import SyncRecord

/// What the next pass has to know of the last one.
enum LastPass: Sendable, Hashable {
    /// No pass is known: this process has made none, and the history was not read yet or has none.
    case unknown
    /// This process has made none; the last one in the history had this outcome.
    case earlier(RunOutcome)
    /// This process recorded it: its outcome, its commit, and its obstacles.
    case written(RunOutcome, commitID: String, standing: [String])
    /// It could not plan, or was not allowed to write.
    case failed(PassFailure)
    /// As above; since then a plan could be made again, and no run was recorded.
    case overcome

    /// Whether a pass that has nothing to write may end without a row.
    enum Silence: Sendable, Hashable {
        case allowed
        /// Only while objects that were not healthy still are not.
        case whileUnwell
        case refused
    }

    /// How it ended; nil when that is not known.
    var outcome: RunOutcome? {
        switch self {
        case .unknown: nil
        case .earlier(let outcome), .written(let outcome, _, _): outcome
        case .failed, .overcome: .failed
        }
    }

    /// Whether a pass that has nothing to write would also report nothing new: the last one succeeded, or it did not
    /// for the same obstacles as now.
    ///
    /// - Parameters:
    ///   - standing: The obstacles now.
    ///   - commitID: The commit that is wanted now.
    ///   - applied: The last commit whose objects were all applied, as the history has it.
    /// - Returns: Whether it may end without a row.
    func silence(_ standing: [String], at commitID: String, applied: String?) -> Silence {
        switch self {
        case .unknown, .earlier: guard standing.isEmpty, commitID == applied else { return .refused }
        case .written(_, let last, let stood): guard standing == stood, commitID == last else { return .refused }
        case .failed, .overcome: return .refused
        }
        return switch outcome {
        case nil, .succeeded, .held: .allowed
        case .degraded: standing.isEmpty ? .whileUnwell : .allowed
        case .running, .failed, .interrupted, .unknown: .refused
        }
    }
}
