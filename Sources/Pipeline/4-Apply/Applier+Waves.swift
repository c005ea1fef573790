// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan
import SyncSource

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
            if let reason = run.blocker(of: step, in: wave) {
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

    /// Waits until the objects are ready that the wave says must be before the next one starts; they may have been
    /// applied in earlier waves of the same number. One that does not become ready blocks its dependants, and the waves
    /// with higher numbers.
    private func awaitReadiness(after wave: Wave, _ run: inout ApplyRun) async {
        guard run.interruption == nil, !wave.awaits.isEmpty else { return }
        let awaited = Set(wave.awaits)
        let steps = run.plan.waves.flatMap(\.steps).filter { awaited.contains($0.id) }
        let waiting = steps.filter { run.blockers[$0.id] == nil }
        let end = ContinuousClock.now + deadlines.readiness
        let reasons = await concurrently(waiting, limit: limit) { step in await unreadiness(of: step, until: end) }
        for (step, reason) in zip(waiting, reasons) {
            if case .some(.some(let reason)) = reason {
                run.block(dependantsOf: step.id, because: "it is not ready: \(reason)")
            }
        }
        for step in steps {
            if let reason = run.blockers[step.id] { run.stop(after: wave, because: "\(step.id): \(reason)") }
        }
        if let reason = await reasonToStop() { run.interrupt(reason) }
    }

    /// Asks for an object again and again until it is ready. Nil when it is; else why it is not.
    private func unreadiness(of step: Step, until end: ContinuousClock.Instant) async -> String? {
        var delay = Duration.milliseconds(50)
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
                guard error.isRetryable else { return Redactor.shared.redact("\(error)".singleLine) }
                last = Redactor.shared.redact("\(error)".singleLine)
            }
            guard ContinuousClock.now + delay < end else { return "\(last) (waited \(deadlines.readiness))" }
            do { try await Task.sleep(for: delay) } catch { break }
            delay = min(delay * 2, .seconds(1))
        }
        return WriteFailure.cancelled
    }
}
