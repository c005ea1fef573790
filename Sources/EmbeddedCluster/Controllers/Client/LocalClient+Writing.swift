// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

extension LocalClient {
    /// Creates an object and returns it as stored.
    ///
    /// - Throws: ``StatusError`` exactly as over the network: `AlreadyExists`, `NotFound` for its namespace, `Invalid`.
    @discardableResult
    package func create(_ object: JSON) throws(StatusError) -> KubeObject {
        try writer.create(object, as: manager)
    }

    /// Changes an object in place: reads it, applies `change` and writes it, again from the start when somebody else wrote
    /// in between. A change that changes nothing is not written.
    ///
    /// - Parameters:
    ///   - key: Where the object is.
    ///   - subresource: `status` writes only `status`; empty writes all but `status`, where the kind has a status
    ///     subresource.
    ///   - change: Called once per attempt with the object as stored.
    /// - Returns: The object as stored; nil when there is none.
    /// - Throws: ``StatusError`` when the changed object is refused.
    @discardableResult
    package func mutate(
        _ key: ObjectKey,
        subresource: String = "",
        _ change: (inout JSON) -> Void
    ) throws(StatusError) -> KubeObject? {
        try writer.mutate(key, subresource: subresource, as: manager, change)
    }

    /// Deletes an object: at once, or by setting its deletionTimestamp while finalizers or a grace period are left.
    ///
    /// An object that is not there, or is another one than `uid`, is no error: nothing happens.
    ///
    /// - Parameters:
    ///   - key: Where the object is.
    ///   - uid: The object that is meant; nil for whatever is there.
    ///   - propagation: What becomes of the objects that it owns.
    ///   - gracePeriodSeconds: Of a pod: 0 removes it at once, as its kubelet does when the containers have ended.
    /// - Throws: ``StatusError`` when the deletion is refused.
    package func delete(
        _ key: ObjectKey,
        uid: String? = nil,
        propagation: DeletionPropagation = .background,
        gracePeriodSeconds: Int64? = nil
    ) throws(StatusError) {
        try writer.delete(
            key,
            uid: uid,
            propagation: propagation,
            gracePeriodSeconds: gracePeriodSeconds
        )
    }
}
