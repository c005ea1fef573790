// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

extension ContainerContents {
    /// What single objects in a container say against its deletion, seen from one project.
    package static func witnesses(for applySet: ApplySet) -> Witnesses {
        { object, follows, wanted in
            guard object.deletionTimestamp == nil else { return nil }
            if wanted.contains(.asksToBeKept), SyncAnnotation.objection(of: object) != nil { return .asksToBeKept }
            guard wanted.contains(.isForeign), !follows else { return nil }
            if case .other = Ownership.of(object, for: applySet, countsController: false) { return .isForeign }
            return nil
        }
    }
}

extension KubeObject {
    /// Why an object must not go along with another one, as it is just before that is deleted; after "it". Nil when it may.
    ///
    /// - Parameters:
    ///   - applySet: The project's.
    ///   - follows: Whether it follows from another object.
    /// - Returns: That it asks to be kept, or whose it is.
    package func objectionToGoAlong(for applySet: ApplySet, follows: Bool) -> String? {
        if let objection = SyncAnnotation.objection(of: self) { return objection.reason }
        guard !follows, case .other(let owner) = Ownership.of(self, for: applySet, countsController: false) else {
            return nil
        }
        return "belongs to \(owner)"
    }
}
