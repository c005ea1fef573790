// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan
import Waiting

/// What a delete waits for: pods that may still use what goes, and controllers that are still needed.
extension Applier {
    /// Before the first of these deletes: waits until the declared workloads beside them run no older pods, which may
    /// be started again. A workload that does run older pods keeps what they may use.
    func awaitUsers(of batch: [PruneStep], _ run: inout ApplyRun) async {
        let open = batch.filter { run.objection(to: $0) == nil }
        let unasked = PodUsers.of(open, in: run.plan).filter { !run.askedUsers.contains($0) }
        guard !unasked.isEmpty, run.interruption == nil else { return }
        run.waited()
        let unready = await users(unasked)
        run.asked(unasked, unready: unready)
        if let reason = await reasonToStop() { run.interrupt(reason) }
    }

    /// Before a delete: what the step owns, and what that owns, goes along with it, before its own turn and without a last look
    /// of its own. When one of these has to stay, or has come to ask for that since the plan was made, it is recorded, and so is
    /// what owns it up to the step, which then has an objection.
    func lookAtOwned(by step: PruneStep, _ run: inout ApplyRun) async {
        let below = run.open(below: step)
        guard !below.isEmpty else { return }
        if let reason = await reasonToStop() { return run.interrupt(reason) }
        for (index, owned) in below.enumerated() {
            guard let objection = run.objection(to: owned.step) else { continue }
            return run.keep(index, of: below, because: objection.reason)
        }
        let answers = await concurrently(below, limit: limit) { await reasonToStay($0.step) }
        for (index, answer) in answers.enumerated() {
            guard let answer else { return run.interrupt(await reasonToStop() ?? WriteFailure.cancelled) }
            guard let reason = answer else { continue }
            return run.keep(index, of: below, because: "not deleted: since the plan was made, \(reason)")
        }
    }

    /// Before these deletes: looks again at the Namespaces and definitions that others own, and through those that go along.
    /// What might take along more than the plan knew is recorded as not deleted.
    func lookAtOwnedContainers(of batch: [PruneStep], with reader: LiveReader, _ run: inout ApplyRun) async {
        // What is in no namespace is owned by what is in none.
        let open = batch.filter { $0.id.namespace.isEmpty && run.pruned[$0.id] == nil && run.objection(to: $0) == nil }
        guard !open.isEmpty else { return }
        guard case .read(_, let unread) = run.plan.prune.ownedContainers else {
            for step in open { run.keep(step, untilNextPass: "nobody has looked which Namespaces it owns") }
            return
        }
        if let reason = await reasonToStop() { return run.interrupt(reason) }
        let planned = PlannedContainers(
            unread: Set(unread.keys),
            unknownOwners: run.plan.prune.unknownOwners,
            steps: Set(run.plan.prune.steps.map(\.uid))
        )
        let known = run.plan.prune.containerOwners
        let objects = Dictionary(open.map { ($0.id, $0.uid) }) { first, _ in first }
        switch await reader.ownedLater(by: objects, since: planned, isKnown: { known[$0]?.contains($1) == true }) {
        case .unknown(let reason): for step in open { run.keep(step, untilNextPass: reason) }
        case .known(let owned, let now, let followers):
            for step in open {
                guard let new = owned[step.id] else { continue }
                run.keep(step, untilNextPass: "it owns \(new) since the plan was made")
            }
            for along in run.plan.prune.along {
                guard let object = now[along.uid] else { continue }
                let follows = followers.follows(object, going: [])
                guard let objection = object.objectionToGoAlong(for: store.applySet, follows: follows) else { continue }
                for step in open where along.owners.contains(step.id) && run.pruned[step.id] == nil {
                    run.keep(step, untilNextPass: "\(along.container), which goes along with it, \(objection)")
                }
            }
            await lookIntoContainers(ownedBy: open, with: reader, &run)
        }
    }

    /// Looks through the Namespaces and definitions once more that go along with these steps, whether they are steps or not:
    /// all at once, so that little time passes until the delete.
    private func lookIntoContainers(ownedBy open: [PruneStep], with reader: LiveReader, _ run: inout ApplyRun) async {
        let steps = Dictionary(open.filter { run.pruned[$0.id] == nil }.map { ($0.id, $0) }) { first, _ in first }
        let below = steps.values.map { ($0, run.open(below: $0)) }
        let along = run.plan.prune.along.filter { $0.owners.contains { steps[$0] != nil } }
        if let reason = await reasonToStop() { return run.interrupt(reason) }
        let ours = Set(below.lazy.flatMap(\.1).map(\.step.id))
        let all = run.plan.prune.steps
        let uids = Dictionary(all.map { ($0.id, $0.uid) }) { first, _ in first }
        // While one of these stays, the container stays.
        let owners = run.plan.prune.containerOwners.mapValues { Set($0.compactMap { uids[$0] }) }
        let intruders = await reader.intruders(
            in: along + run.plan.prune.along.filter { ours.contains($0.container) },
            besides: Set(all.map(\.uid)),
            gone: run.deletedFirst,
            owners: owners
        )
        for container in along {
            guard let reason = intruders[container.container] else { continue }
            for step in container.owners.compactMap({ steps[$0] }) {
                run.keep(step, untilNextPass: "\(container.container), which goes along with it, may not go: \(reason)")
            }
        }
        for (step, owned) in below where run.pruned[step.id] == nil {
            // Each in the end with a reason of its own, if it has one.
            for (index, item) in owned.enumerated().reversed() {
                guard let reason = intruders[item.step.id] else { continue }
                run.keep(index, of: owned, because: "not deleted: \(reason); the next pass decides anew")
            }
        }
    }

    private func reasonToStay(_ step: PruneStep) async -> String? {
        do throws(KubeError) {
            let now = try await client.get(step.resource, namespace: step.id.namespace, name: step.id.name)
            guard let now, now.uid == step.uid else { return nil }
            return step.reasonToStay(now, for: store.applySet).map { "it \($0)" }
        } catch {
            return "it could not be read: \(error)"
        }
    }

    /// After these deletes: waits until custom resources are gone, finalizers and all. Their controller may be among
    /// what is deleted next, and only it can remove the finalizers. So a custom resource that was not deleted keeps
    /// what comes next as well.
    func awaitCustomResources(of batch: [PruneStep], _ run: inout ApplyRun) async {
        let end = ContinuousClock.now + pruneLimit
        for step in batch where step.id.isCustomResource && run.isStillThere(step.id) {
            guard run.pruned[step.id]?.action == .pruned else {
                run.keepRest(because: PrunePlan.reasonToKeepController(ofUndeleted: step.id))
                return
            }
            run.waited()
            if let trace = await trace(of: step, until: end) {
                run.keepRest(because: trace.reasonToKeepController(of: step.id))
                return
            }
            run.isGone(step.id)
        }
    }

    /// Waits until an object that was deleted is gone, which the budget pays.
    ///
    /// - Returns: What is known of it when the time is over; nil when it is gone.
    func trace(of step: PruneStep, until end: ContinuousClock.Instant) async -> Trace? {
        await budget.spend { (_: Duration) async -> Trace? in
            var backoff = Backoff(until: end)
            while let trace = await trace(of: step) {
                // When the task is cancelled, what is known so far is said.
                guard await backoff.pause() == .over else { return trace }
            }
            return nil
        }
    }

    private func trace(of step: PruneStep) async -> Trace? {
        do throws(KubeError) {
            let now = try await client.get(step.resource, namespace: step.id.namespace, name: step.id.name)
            guard let now, now.uid == step.uid else { return nil }
            return .present(finalizers: now.finalizers)
        } catch {
            return .unknown(error.description)  // not taken for gone
        }
    }
}

/// What is known of an object that was deleted and is not known to be gone.
enum Trace: Sendable, Hashable {
    case present(finalizers: [String])
    /// It could not be read; the text says why.
    case unknown(String)

    /// The end of a sentence about the object.
    var text: String {
        switch self {
        case .present(let finalizers) where finalizers.isEmpty: "is still there"
        case .present(let finalizers):
            "is still there and waits for the finalizers \(finalizers.joined(separator: ", "))"
        case .unknown(let reason): "may still be there: it could not be read: \(reason)"
        }
    }

    func reasonToKeepController(of id: ObjectID) -> String {
        switch self {
        case .present(let finalizers) where !finalizers.isEmpty: PrunePlan.reasonToKeepController(of: id)
        case .present, .unknown: "\(id) \(text), and what serves it may need what comes after it"
        }
    }
}
