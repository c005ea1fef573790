// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Workloads whose patches were refused, and until when each gets no further patch: twice as long each time. Otherwise
/// a patch that a webhook or a missing right refuses would be sent, and recorded, in every round.
struct RolloutPause: Sendable {
    private static let first: Duration = .seconds(10)
    private static let longest: Duration = .seconds(600)

    private var pauses: [ObjectID: (length: Duration, until: ContinuousClock.Instant)] = [:]

    /// Whether no patch may be sent to a workload now.
    func holds(_ workload: ObjectID, at now: ContinuousClock.Instant) -> Bool {
        pauses[workload].map { now < $0.until } ?? false
    }

    /// Notes that a patch was refused.
    mutating func refused(_ workload: ObjectID, at now: ContinuousClock.Instant) {
        let length = min((pauses[workload]?.length ?? Self.first / 2) * 2, Self.longest)
        pauses[workload] = (length, now + length)
    }

    /// Notes that a patch was accepted.
    mutating func taken(_ workload: ObjectID) { pauses[workload] = nil }

    /// Forgets workloads that are not there any more.
    mutating func keep(only workloads: Set<ObjectID>) { pauses = pauses.filter { workloads.contains($0.key) } }
}
