// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What one round of reading showed of one object.
struct Observation: Sendable {
    var status: HealthStatus
    var message: String
    /// Set when waiting longer will not help.
    var prospect: Prospect

    /// What may still become of an object that is not healthy.
    enum Prospect: Sendable, Hashable {
        /// It may become healthy by waiting.
        case open
        /// It becomes healthy only if a failure ends that may be permanent: an image that cannot be pulled, a crash
        /// loop.
        case poor
        /// It will not become healthy without a person's help.
        case none
    }
}

/// Decides, from round to round, whether to go on waiting. Pure: what was seen, and when, are parameters.
struct HealthWait: Sendable {
    private let awaited: [AwaitedObject]
    /// How long a poor prospect may last before it counts as a failure.
    private let patience: Duration
    private var healthy: Set<ObjectID> = []
    private var latest: [ObjectID: Observation] = [:]
    private var poorSince: [ObjectID: ContinuousClock.Instant] = [:]
    private var unreadable: [GroupKind: String] = [:]

    init(awaited: [AwaitedObject], patience: Duration) {
        self.awaited = awaited
        self.patience = patience
    }

    /// The objects that are not known to be healthy, ascending by id.
    var open: [AwaitedObject] { awaited.filter { !healthy.contains($0.id) } }

    /// Whether all objects are healthy.
    var isHealthy: Bool { healthy.count == Set(awaited.map(\.id)).count }

    /// Adds the results of a round: of the objects that were read, and which kinds could not be.
    mutating func receive(
        _ observations: [ObjectID: Observation],
        unreadable kinds: [GroupKind: String] = [:],
        at now: ContinuousClock.Instant
    ) {
        unreadable = kinds
        for (id, observation) in observations {
            latest[id] = observation
            if observation.status == .current {
                healthy.insert(id)
                poorSince[id] = nil
            } else if observation.prospect == .poor {
                if poorSince[id] == nil { poorSince[id] = now }
            } else {
                poorSince[id] = nil
            }
        }
    }

    /// Whether an object has failed for good, or has had a poor prospect for too long.
    func hasFailed(at now: ContinuousClock.Instant) -> Bool {
        open.contains { object in
            guard let observation = latest[object.id] else { return false }
            if observation.prospect == .none { return true }
            return poorSince[object.id].map { $0.duration(to: now) >= patience } ?? false
        }
    }

    /// The report when the wait ends in this way.
    func report(_ ending: HealthReport.Ending) -> HealthReport {
        let unhealthy = open.map { object -> ObjectHealth in
            if let reason = unreadable[object.id.groupKind] {
                let message = "could not be read: \(reason)"
                return ObjectHealth(id: object.id, status: .unknown, message: message, origin: object.origin)
            }
            let last = latest[object.id]
            return ObjectHealth(
                id: object.id,
                status: last?.status ?? .unknown,
                message: last?.message ?? "was not looked at yet",
                origin: object.origin
            )
        }
        return HealthReport(ending: ending, unhealthy: unhealthy, observed: awaited.count)
    }

    /// How a wait that ran out of time ended: unreadable when a kind could not be read until the end.
    var endingAtDeadline: HealthReport.Ending {
        open.contains { unreadable[$0.id.groupKind] != nil } ? .unreadable : .timedOut
    }
}
