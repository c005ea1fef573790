// SPDX-License-Identifier: Apache-2.0
import SyncSource

/// Where a pass is, for people who watch it.
package enum PassProgress: Sendable {
    case reading(url: String)
    case rendered(CommitInfo, objects: Int)
    case planned(changes: Int, unchanged: Int, prunes: Int)
    case awaitingHealth(objects: Int)
}
