// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

extension ContainerContents {
    /// What single objects in a container say against its deletion, seen from one project.
    package static func witnesses(for applySet: ApplySet) -> Witnesses {
        { object in
            var found: [Witness] = []
            if SyncAnnotation.objection(of: object) != nil { found.append(.asksToBeKept) }
            if !object.isControlled, case .other = Ownership.of(object, for: applySet) { found.append(.isForeign) }
            return found
        }
    }
}
