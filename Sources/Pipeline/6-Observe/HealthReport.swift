// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// Whether an object has reached what its spec asks for; the words of kstatus (kubernetes-sigs/cli-utils).
package enum HealthStatus: String, Sendable, Hashable, Codable {
    case current = "Current"
    case inProgress = "InProgress"
    case failed = "Failed"
    case terminating = "Terminating"
    case notFound = "NotFound"
    case unknown = "Unknown"
}

/// The health of one object, with the cause that a person needs.
package struct ObjectHealth: Sendable, Hashable {
    /// What is said of an object that was applied and is not there any more: the same wherever it is found.
    package static let wasDeleted = "was deleted in the cluster"

    package let id: ObjectID
    package let status: HealthStatus
    /// One line: `1 of 2 replicas available; pod web-abc: ImagePullBackOff: manifest unknown`.
    package let message: String
    package let origin: Origin?

    package init(id: ObjectID, status: HealthStatus, message: String, origin: Origin?) {
        self.id = id
        self.status = status
        self.message = message
        self.origin = origin
    }
}

/// The health of a pass's objects when the wait ended.
package struct HealthReport: Sendable, Hashable {
    /// How the wait ended.
    package enum Ending: String, Sendable, Hashable, Codable {
        case healthy, failed, timedOut, cancelled
        /// The cluster could not be read.
        case unreadable
        /// Nothing was waited for: nobody asked for it (`--no-wait`), or no object is there whose health could be seen.
        case notAwaited
    }

    package let ending: Ending
    /// Only the objects that are not `Current`, ascending by id.
    package let unhealthy: [ObjectHealth]
    /// How many objects were looked at.
    package let observed: Int

    package init(ending: Ending, unhealthy: [ObjectHealth], observed: Int) {
        self.ending = ending
        self.unhealthy = unhealthy
        self.observed = observed
    }

    /// The same report with objects that are known not to be healthy without having been waited for.
    package func adding(_ known: [ObjectHealth]) -> HealthReport {
        guard !known.isEmpty, ending != .notAwaited else { return self }
        return HealthReport(
            ending: ending == .healthy ? .failed : ending,
            unhealthy: (unhealthy + known).sorted { $0.id < $1.id },
            observed: observed + known.count
        )
    }
}
