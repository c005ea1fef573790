// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Puts steps into waves: first by the number a person gave, then by the stage of the kind. What a step depends on always
/// stands in an earlier wave, whatever number it bears.
enum WaveOrder {
    private struct Place: Hashable, Comparable {
        var number: Int
        var stage: Int

        static func < (left: Place, right: Place) -> Bool {
            (left.number, left.stage) < (right.number, right.stage)
        }
    }

    /// The waves in order; the steps of a wave ascending by kind's order and identity.
    static func waves(of steps: [Step]) -> [Wave] {
        let places = self.places(of: steps)
        let numbers = Set(places.values.map(\.number))
        let grouped = Dictionary(grouping: steps) { places[$0.id] ?? Place(number: 0, stage: 2) }
        let ordered = grouped.keys.sorted()
        return ordered.enumerated().map { index, place in
            let members = (grouped[place] ?? []).sorted { $0.id < $1.id }
            let endsNumber = index + 1 < ordered.count && ordered[index + 1].number != place.number
            return Wave(
                number: place.number,
                steps: members,
                awaits: awaits(
                    members,
                    healthOf: endsNumber && numbers.count > 1
                        ? steps.filter { places[$0.id]?.number == place.number } : []
                )
            )
        }
    }

    /// Definitions must be established before anything else may be sent; a finished wave number must be healthy.
    private static func awaits(_ members: [Step], healthOf finished: [Step]) -> [ObjectID] {
        let definitions = members.filter { $0.id.groupKind == KindOrder.customResourceDefinition }
        return Array(Set((definitions + finished).map(\.id))).sorted()
    }

    private static func places(of steps: [Step]) -> [ObjectID: Place] {
        var places: [ObjectID: Place] = [:]
        for step in steps {
            places[step.id] = Place(
                number: SyncAnnotation.wave(step.object),
                stage: KindOrder.stage(of: step.id.groupKind)
            )
        }
        // A dependency comes down to its dependant's number, or the dependant would never start.
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
