// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// Refuses what has a higher wave number than an object that is known not to become as git declares it.
struct WaveGates {
    /// The wave number of every declared object; of two manifests of one object the lower one.
    private var numbers: [ObjectID: Int] = [:]

    /// Notes the wave number of a manifest.
    mutating func add(_ id: ObjectID, _ object: KubeObject) {
        let number = WaveNumber.of(object)
        numbers[id] = min(numbers[id] ?? number, number)
    }

    /// The waves, without the steps that must wait, and those as refused.
    ///
    /// - Parameters:
    ///   - steps: Everything that is to be written.
    ///   - standing: Declared objects that are there and are not written.
    ///   - refused: Declared objects that cannot be written. One that asks to be left alone does not hold anything
    ///     back. Of an object with a fight the health counts, as of one that is not written.
    ///   - gate: The wave number that is known not to be finished; nil when none is.
    /// - Returns: The waves that may be carried out, and the steps with higher numbers as refused.
    func waves(
        of steps: [Step],
        standing: [ObjectID],
        refused: [RefusedObject],
        closed gate: ClosedGate?
    ) -> (waves: [Wave], waiting: [RefusedObject]) {
        var standing = Dictionary(standing.map { ($0, numbers[$0] ?? 0) }) { first, _ in first }
        var closed = gate
        for refusal in refused.sorted(by: { $0.id < $1.id }) where refusal.reason.isShortfall {
            let number = numbers[refusal.id] ?? 0
            if refusal.reason == .contested {
                standing[refusal.id] = number
            } else if closed.map({ number < $0.number }) ?? true {
                closed = ClosedGate(number: number, refused: refusal.id)
            }
        }
        let waves = WaveOrder.waves(of: steps, standing: standing)
        guard let closed else { return (waves, []) }
        let waiting = waves.filter { $0.number > closed.number }.flatMap(\.steps).map { step in
            RefusedObject(
                id: step.id,
                apiVersion: step.object.gvk.apiVersion,
                origin: step.origin,
                reason: .waiting,
                message: closed.reason
            )
        }
        return (waves.filter { $0.number <= closed.number }, waiting)
    }
}
