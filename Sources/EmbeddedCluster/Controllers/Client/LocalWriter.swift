// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// What carries out the writes of a ``LocalClient``: the API, which the controllers do not know.
package protocol LocalWriter: Sendable {
    /// Creates an object under a field manager; ``LocalClient/create(_:)`` says how.
    func create(_ object: JSON, as manager: String) throws(StatusError) -> KubeObject

    /// Changes an object under a field manager; ``LocalClient/mutate(_:subresource:_:)`` says how.
    func mutate(
        _ key: ObjectKey,
        subresource: String,
        as manager: String,
        _ change: (inout JSON) -> Void
    ) throws(StatusError) -> KubeObject?

    /// Deletes an object; ``LocalClient/delete(_:uid:propagation:gracePeriodSeconds:)`` says how.
    func delete(
        _ key: ObjectKey,
        uid: String?,
        propagation: DeletionPropagation,
        gracePeriodSeconds: Int64?
    ) throws(StatusError)
}
