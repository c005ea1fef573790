// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan
import SyncSource
import Waiting

/// Applying one wave, and waiting for what the next one needs.
extension Applier {
    func apply(_ wave: Wave, _ run: inout ApplyRun) async {
        guard run.interruption == nil else { return }
        await applySteps(of: wave, &run)
        await awaitReadiness(after: wave, &run)
    }

    private func applySteps(of wave: Wave, _ run: inout ApplyRun) async {
        var steps: [Step] = []
        for step in wave.steps {
            if let reason = run.blockers.blocker(of: step, in: wave) {
                run.record(.skipped(step, because: reason), of: step)
            } else {
                steps.append(step)
            }
        }
        guard !steps.isEmpty else { return }
        let context = StepContext(
            definedKinds: run.definedKinds,
            definedNamespaces: run.definedNamespaces,
            isNew: run.newPlaces,
            residualKey: run.inventory.residualKey,
            settling: run.settling
        )
        await carryOut(steps, context, &run)
    }

    /// Waits until all objects with a lower wave number are healthy. If one is not, this number and the higher ones do
    /// not start.
    func openGate(before wave: Wave, _ run: inout ApplyRun) async {
        guard run.interruption == nil, !run.blockers.isStuck(before: wave), !wave.after.isEmpty else { return }
        if run.closeGate(before: wave) { return }
        let unhealthy = await health(wave.after.map(\.id))
        if let reason = await reasonToStop() {
            run.interrupt(reason)
            return
        }
        let culprit = wave.after.filter { unhealthy[$0.id] != nil }
            .min { ($0.number, $0.id) < ($1.number, $1.id) }
        guard let culprit else { return }
        run.stop(
            after: culprit.number,
            because: "\(culprit.id): it is not ready: \(unhealthy[culprit.id] ?? "")",
            unhealthy: culprit.id
        )
    }

    /// Waits until the definitions of a wave are established. A definition that is not established blocks the objects
    /// of its kinds.
    private func awaitReadiness(after wave: Wave, _ run: inout ApplyRun) async {
        guard run.interruption == nil, !wave.awaits.isEmpty else { return }
        let awaited = Set(wave.awaits)
        let waiting = wave.steps.filter { awaited.contains($0.id) && run.blockers.reasons[$0.id] == nil }
        let patience = budget.bound(deadlines.readiness)
        let end = ContinuousClock.now + patience
        let reasons = await budget.spend { _ in
            await concurrently(waiting, limit: limit) { step in
                await unreadiness(of: step, until: end, after: patience)
            }
        }
        for (step, reason) in zip(waiting, reasons) {
            if case .some(.some(let reason)) = reason {
                run.block(dependantsOf: step.id, because: "it is not ready: \(reason)")
            }
        }
        if let reason = await reasonToStop() { run.interrupt(reason) }
    }

    /// Asks for an object again and again until it is ready. Nil when it is; else why it is not, and after which time.
    private func unreadiness(
        of step: Step,
        until end: ContinuousClock.Instant,
        after patience: Duration
    ) async -> String? {
        var backoff = Backoff(until: end)
        var last = "it was never seen"
        while !Task.isCancelled {
            do throws(KubeError) {
                let id = step.id
                let object = try await client.get(step.resource, namespace: id.namespace, name: id.name)
                switch object.map(readiness) ?? .failed("it is gone again") {
                case .ready: return nil
                case .failed(let reason): return reason
                case .waiting(let reason): last = reason
                }
            } catch {
                guard error.isRetryable else { return "\(error)" }
                last = "\(error)"
            }
            switch await backoff.pause() {
            case .over: continue
            case .late: return "\(last) (waited \(patience))"
            case .cancelled: return WriteFailure.cancelled
            }
        }
        return WriteFailure.cancelled
    }
}
