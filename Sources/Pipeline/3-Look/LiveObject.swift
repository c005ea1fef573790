// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A live object as a plan sees it: all of it when it is open, or only the proof that it needs no write.
///
/// The second form saves memory: a watch keeps thousands of objects that need no write. It has no fields, so no field
/// can be taken for missing. In a ``LiveSet`` it is settled by the commit that is planned: a ``TriageRule`` has said so.
package enum LiveObject: Sendable, Hashable {
    /// The whole object as the API server has it.
    case whole(KubeObject)
    /// Settled: ours, and exactly as the manifest with this hash declares it, in this version of this incarnation.
    /// Found by a ``TriageRule``, or known because we have just applied it.
    case settled(Inventory.AppliedMark)

    /// `metadata.uid`; nil when the server gave none.
    package var uid: String? {
        switch self {
        case .whole(let object): object.uid
        case .settled(let mark): mark.uid
        }
    }

    /// Opaque: compare for equality only.
    package var resourceVersion: String? {
        switch self {
        case .whole(let object): object.resourceVersion
        case .settled(let mark): mark.resourceVersion
        }
    }

    /// The object with all its fields; nil when it was not kept.
    package var whole: KubeObject? {
        if case .whole(let object) = self { object } else { nil }
    }
}
