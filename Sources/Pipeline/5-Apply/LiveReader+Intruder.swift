// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// The last look into a container before it is deleted.
extension LiveReader {
    /// Why a container that was looked into when the plan was made must not be deleted any more: something in it asks to be
    /// kept by now, is another tool's, or was put there since; or it cannot be looked through again. Nil when it may go.
    func intruder(in container: ObjectID, since planned: ContainerContents) async -> String? {
        let now: ContainerContents
        do throws(KubeError) {
            now = try await contentsNow(of: container, planned, witnesses: ContainerContents.witnesses(for: applySet))
        } catch {
            return "it could not be looked through again: \(error)"
        }
        for (kind, reason) in now.notLookedAt.sorted(by: { $0.key < $1.key }) where planned.notLookedAt[kind] == nil {
            return "it could not be looked through again for \(kind): \(reason)"
        }
        // What is not stored may have no uid.
        func uid(_ object: KubeObject) -> String { object.uid ?? "\(object.id)" }
        let known = Set(planned.objects.map(uid))
        for object in now.objects.sorted(by: { $0.id < $1.id }) where object.deletionTimestamp == nil {
            if let objection = SyncAnnotation.objection(of: object) { return "\(object.id) in it \(objection.reason)" }
            if !object.isControlled, case .other(let owner) = Ownership.of(object, for: applySet) {
                return "\(object.id) in it belongs to \(owner)"
            }
            // Of a kind that was only partly looked at, nobody knows what has come.
            let isKnown = known.contains(uid(object)) || planned.notLookedAt[object.id.groupKind] != nil
            if !isKnown, ContainerContents.isOwn(object) {
                return "\(object.id) was put there since the plan was made"
            }
        }
        return nil
    }
}
