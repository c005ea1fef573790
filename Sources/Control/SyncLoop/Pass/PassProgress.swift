// SPDX-License-Identifier: Apache-2.0
import SyncSource

/// The stage of a pass, for progress messages.
package enum PassProgress: Sendable {
    case reading(url: String)
    /// The branch went back to an ancestor of the commit that was synced last; it is polled again before that is
    /// accepted.
    case rewinding(ref: String, from: String, to: String)
    case rendered(CommitInfo, objects: Int)
    case planned(changes: Int, unchanged: Int, prunes: Int)
    /// Another process holds the project's lease; it is not clear yet whether that process is alive.
    case awaitingLease(holder: String)
    case awaitingHealth(objects: Int)
}
