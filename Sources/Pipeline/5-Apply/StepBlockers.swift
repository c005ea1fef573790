// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// Which steps of a plan must not run because of others that did not end well: those that need such an object, and the
/// waves behind one. A sync fills it with what happened, a preview with what the API server would refuse.
package struct StepBlockers: Sendable {
    /// Objects that dependants must not follow, each with the reason.
    private(set) var reasons: [ObjectID: String] = [:]
    /// The first wave number that did not end well, and why.
    private(set) var stuckWave: (number: Int, reason: String)?

    package init() {}

    /// Why a step of a wave must not run: a failed or unready object that it needs, directly or through others, or that
    /// a person has put into a wave with a lower number. Of several objects the first by identity, and how many more.
    package func blocker(of step: Step, in wave: Wave) -> String? {
        let culprits = step.dependsOn.filter { reasons[$0] != nil }.sorted()
        if let first = culprits.first, let reason = reasons[first] {
            let others = culprits.count > 1 ? " and \(culprits.count - 1) more" : ""
            return "blocked by \(first)\(others): \(reason)"
        }
        guard let stuck = stuckWave, stuck.number < wave.number else { return nil }
        return "blocked by wave \(stuck.number): \(stuck.reason)"
    }

    /// Whether the wave will not start.
    func isStuck(before wave: Wave) -> Bool { stuckWave.map { $0.number < wave.number } ?? false }

    /// Keeps a wave, and the ones behind it, from starting while an object of an earlier number is blocked itself.
    ///
    /// - Parameter wave: Every earlier one has ended.
    /// - Returns: Whether that is so.
    @discardableResult
    package mutating func closeGate(before wave: Wave) -> Bool {
        for object in wave.after.sorted(by: { ($0.number, $0.id) < ($1.number, $1.id) }) {
            guard let reason = reasons[object.id] else { continue }
            stop(after: object.number, because: "\(object.id): \(reason)")
            return true
        }
        return false
    }

    /// Keeps the waves with higher numbers from starting; the first reason stays.
    ///
    /// - Returns: Whether they were free to start until now.
    @discardableResult
    mutating func stop(after number: Int, because reason: String) -> Bool {
        guard stuckWave == nil else { return false }
        stuckWave = (number, reason)
        return true
    }

    /// Keeps what needs an object from being written; the first reason stays.
    package mutating func block(dependantsOf id: ObjectID, because reason: String) {
        if reasons[id] == nil { reasons[id] = reason }
    }
}
