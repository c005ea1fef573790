// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// The last look into a container before it is deleted.
extension LiveReader {
    /// Why containers that were looked into when the plan was made must not be deleted any more.
    ///
    /// - Parameters:
    ///   - planned: What each of them held then.
    ///   - first: The uids of what was to be deleted first, and of what of that was.
    ///   - owners: By container the uids of what it goes along with, when it does.
    /// - Returns: By container the reason: something in it asks to be kept by now, is another tool's, or was put there since; or
    ///   it cannot be looked through again. Without those that may go.
    func intruders(
        in planned: [ObjectID: ContainerContents],
        after first: (planned: Set<String>, deleted: Set<String>),
        owners: [ObjectID: Set<String>] = [:]
    ) async -> [ObjectID: String] {
        guard !planned.isEmpty else { return [:] }
        do throws(KubeError) {
            let now = try await contentsNow(planned, witnesses: ContainerContents.witnesses(for: applySet))
            return planned.reduce(into: [:]) { reasons, item in
                guard let contents = now[item.key] else { return }
                let gone = first.deleted.union(owners[item.key] ?? [])
                reasons[item.key] = intruder(in: contents, since: item.value, going: (first.planned, gone))
            }
        } catch {
            return planned.mapValues { _ in "it could not be looked through again: \(error)" }
        }
    }

    private func intruder(
        in now: ContainerContents,
        since planned: ContainerContents,
        going: (planned: Set<String>, now: Set<String>)
    ) -> String? {
        for (kind, reason) in now.notLookedAt.sorted(by: { $0.key < $1.key }) where planned.notLookedAt[kind] == nil {
            return "it could not be looked through again for \(kind): \(reason)"
        }
        // What is not stored may have no uid.
        func uid(_ object: KubeObject) -> String { object.uid ?? "\(object.id)" }
        let known = Set(planned.objects.map(uid))
        // What in a definition follows from what is still there was in no list.
        let unlisted =
            planned.followers == .ofWhatGoes
            ? Set(planned.objects.lazy.filter { planned.followers.follows($0, going: going.planned) }.map(uid)) : []
        for object in now.objects.sorted(by: { $0.id < $1.id }) where object.deletionTimestamp == nil {
            let follows = now.followers.follows(object, going: going.now)
            if let objection = object.objectionToGoAlong(for: applySet, follows: follows) {
                return "\(object.id) in it \(objection)"
            }
            // Of a kind that was only partly looked at, nobody knows what has come.
            let isKnown = known.contains(uid(object)) || planned.notLookedAt[object.id.groupKind] != nil
            guard now.followers.isOwn(object, going: going.now) else { continue }
            if !isKnown { return "\(object.id) was put there since the plan was made" }
            if unlisted.contains(uid(object)) {
                return "\(object.id) would go along with it, and what controls that is still there"
            }
        }
        return nil
    }
}
