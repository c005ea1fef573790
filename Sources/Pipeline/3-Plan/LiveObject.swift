// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A live object as a plan sees it: all of it, or only the proof that nothing is wanted of it.
///
/// The second form exists for memory: whoever watches a cluster keeps thousands of objects of which nothing is wanted.
/// It has no fields, so none of them can be taken for missing; a plan that needs them says so (``Plan/unread``).
package enum LiveObject: Sendable, Hashable {
    /// As the API server has it.
    case whole(KubeObject)
    /// Ours and exactly as a manifest of this hash wants it, in this version of this incarnation; found out by
    /// ``Settlement``, or known because we have just applied it.
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
