// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Deletes Events an hour after they were last seen, as the API server does.
struct EventExpiry: Reconciler {
    private static let timeToLive: Int64 = 3_600

    let watched = [ControllerResource.events.groupResource]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        event.change == .deleted ? [] : [event.key]
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let event = context.client.object(key) else { return nil }
        let seen = event.json["lastTimestamp"]?.string.flatMap { ClusterTime($0) } ?? event.created
        let age = context.now.seconds(since: seen)
        if age < EventExpiry.timeToLive { return .seconds(EventExpiry.timeToLive - age) }
        try context.client.delete(key, uid: event.uid)
        return nil
    }
}
