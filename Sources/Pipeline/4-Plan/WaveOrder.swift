// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// Puts steps into waves: first by the number a person gave, then by the stage of the kind. What a step depends on is
/// always in an earlier wave, whatever its number.
enum WaveOrder {
    private struct Place: Hashable, Comparable {
        var number: Int
        var stage: Int

        static func < (left: Place, right: Place) -> Bool {
            (left.number, left.stage) < (right.number, right.stage)
        }
    }

    /// The waves in order; the steps of a wave ascending by kind's order and identity.
    ///
    /// - Parameters:
    ///   - steps: What is to be written.
    ///   - standing: The numbers of the declared objects that exist and are not written in this pass: a later wave
    ///     waits for them as for those that are written.
    /// - Returns: The waves in the order in which they are carried out.
    static func waves(of steps: [Step], standing: [ObjectID: Int] = [:]) -> [Wave] {
        let places = self.places(of: steps)
        let grouped = Dictionary(grouping: steps) { places[$0.id] ?? Place(number: 0, stage: 2) }
        let ordered = grouped.keys.sorted()
        let all = standing.merging(places.mapValues(\.number)) { $1 }
            .map { GatedObject(id: $0.key, number: $0.value) }.sorted { $0.id < $1.id }
        return ordered.enumerated().map { index, place in
            let members = (grouped[place] ?? []).sorted { $0.id < $1.id }
            let beginsNumber = index == 0 || ordered[index - 1].number != place.number
            return Wave(
                number: place.number,
                steps: members,
                awaits: members.map(\.id).filter { $0.groupKind == GroupKind.customResourceDefinition },
                after: beginsNumber ? all.filter { $0.number < place.number } : []
            )
        }
    }

    private static func places(of steps: [Step]) -> [ObjectID: Place] {
        var places: [ObjectID: Place] = [:]
        for step in steps {
            places[step.id] = Place(
                number: WaveNumber.of(step.object),
                stage: KindOrder.stage(of: step.id.groupKind)
            )
        }
        // A dependency gets the lower number of its dependant, or the dependant would never start.
        var changed = true
        while changed {
            changed = false
            for step in steps {
                guard let own = places[step.id] else { continue }
                for id in step.dependsOn {
                    guard let place = places[id], place >= own else { continue }
                    let lower = Place(number: own.number, stage: own.stage - 1)
                    guard lower < place else { continue }
                    places[id] = lower
                    changed = true
                }
            }
        }
        return places
    }
}
