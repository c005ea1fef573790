// SPDX-License-Identifier: Apache-2.0
import SyncRecord

/// The last pass over a project's objects, as far as the next one has to know it.
enum LastPass: Sendable, Hashable {
    /// Nothing is known of one: this process has made none, and the history was not asked yet or has none.
    case unknown
    /// This process has made none; the last one in the history ended so.
    case earlier(RunOutcome)
    /// This process wrote it down: how it ended, of which commit it was, and what stood in the way then.
    case written(RunOutcome, commitID: String, standing: [String])
    /// It could not plan, or was not allowed to write.
    case failed(PassFailure)
    /// As above; since then a plan could be made again, and nothing was written down.
    case overcome

    /// Whether a pass that has nothing to write may end without a row.
    enum Silence: Sendable, Hashable {
        case allowed
        /// Only while objects that were not well are not well now.
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

    /// Whether a pass that has nothing to write would also say nothing new: this one ended well, or it did not and neither
    /// would the next one.
    ///
    /// - Parameters:
    ///   - standing: What stands in the way now.
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
