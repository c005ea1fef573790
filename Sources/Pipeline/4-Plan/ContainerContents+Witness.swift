// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

extension ContainerContents {
    /// What single objects in a container say against its deletion, seen from one project.
    package static func witnesses(for applySet: ApplySet) -> Witnesses {
        { object, wanted in
            guard object.deletionTimestamp == nil else { return nil }
            if wanted.contains(.asksToBeKept), SyncAnnotation.objection(of: object) != nil { return .asksToBeKept }
            guard wanted.contains(.isForeign), !object.isControlled else { return nil }
            if case .other = Ownership.of(object, for: applySet) { return .isForeign }
            return nil
        }
    }
}
