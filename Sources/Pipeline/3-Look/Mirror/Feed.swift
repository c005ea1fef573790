// SPDX-License-Identifier: Apache-2.0
import KubeClient
import Waiting

/// One list and the watch behind it, as the mirror knows them.
struct Feed: Sendable {
    /// How current the content of the store is.
    enum State: Sendable {
        /// A list is under way; what the store holds is of before it.
        case reading
        /// Complete, and changes arrive at once.
        case following
        /// The watch is being opened again since then; changes may be missing.
        case interrupted(KubeError, since: ContinuousClock.Instant)
        /// Complete when it was listed; the server does not let us watch it.
        case unwatchable
        /// Could not be read, or could not be followed any further.
        case failed(KubeError)
    }

    /// Tells the task of this feed from one that was stopped.
    let number: Int
    /// Finishing this stream ends the feed's task.
    let stop: AsyncStream<Never>.Continuation
    let stopped: AsyncStream<Never>
    var state = State.reading
    var store: FeedStore
    /// Readings in a row that did not lead to an open watch.
    var failures: Int
    var lastReading: ContinuousClock.Instant?

    var isFollowing: Bool {
        if case .following = state { true } else { false }
    }

    /// How long to wait before it is read again: nothing when all went well so far, then twice as long each time, up to a
    /// minute, with jitter so that the feeds of many projects do not come all at once.
    var pause: Duration {
        guard failures > 0 else { return .zero }
        return Backoff.doubled(.seconds(1), failures: failures, atMost: .seconds(60)) * Double.random(in: 0.75...1.25)
    }
}
