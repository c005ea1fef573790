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
    ///   - along: These containers, with what was listed; without those that nobody looked into.
    ///   - steps: The uids of all steps of the plan.
    ///   - gone: The uids of what was deleted by now, without containers.
    ///   - owners: By the uid of a container the uids of what it goes along with, when it does.
    /// - Returns: By container the reason: something in it asks to be kept by now, is another tool's, or was in no list; or it
    ///   cannot be looked through again. Without those that may go.
    func intruders(
        in along: [GoingAlong],
        besides steps: Set<String>,
        gone: Set<String>,
        owners: [String: Set<String>] = [:]
    ) async -> [ObjectID: String] {
        let planned = along.reduce(into: [:]) { $0[$1.container] = $1.contents }
        guard !planned.isEmpty else { return [:] }
        do throws(KubeError) {
            let now = try await contentsNow(planned, witnesses: ContainerContents.witnesses(for: applySet))
            return along.reduce(into: [:]) { reasons, container in
                guard let contents = now[container.container], let before = container.contents else { return }
                let listed = steps.union(container.objects.lazy.map(Self.key))
                let gone = gone.union(owners[container.uid] ?? [])
                reasons[container.container] = intruder(in: contents, since: before, listed: listed, gone: gone)
            }
        } catch {
            return planned.mapValues { _ in "it could not be looked through again: \(error)" }
        }
    }

    /// What is not stored may have no uid.
    private static func key(_ object: KubeObject) -> String { object.uid ?? "\(object.id)" }

    private func intruder(
        in now: ContainerContents,
        since planned: ContainerContents,
        listed: Set<String>,
        gone: Set<String>
    ) -> String? {
        for (kind, reason) in now.notLookedAt.sorted(by: { $0.key < $1.key }) where planned.notLookedAt[kind] == nil {
            return "it could not be looked through again for \(kind): \(reason)"
        }
        let known = Set(planned.objects.map(Self.key))
        for object in now.objects.sorted(by: { $0.id < $1.id }) where object.deletionTimestamp == nil {
            let follows = now.followers.follows(object, going: gone)
            if let objection = object.objectionToGoAlong(for: applySet, follows: follows) {
                return "\(object.id) in it \(objection)"
            }
            guard now.followers.isOwn(object, going: gone), !listed.contains(Self.key(object)) else { continue }
            // Of a kind that was only partly looked at, nobody knows what has come.
            let isKnown = known.contains(Self.key(object)) || planned.notLookedAt[object.id.groupKind] != nil
            if !isKnown { return "\(object.id) was put there since the plan was made" }
            // What followed from others when the plan was made was not listed. Kinds may be gone with their definition since.
            if planned.notLookedAt[object.id.groupKind] == nil, planned.followers.isOwn(object, going: gone) {
                return "\(object.id) would go along with it, and what controls that is still there"
            }
        }
        return nil
    }
}
