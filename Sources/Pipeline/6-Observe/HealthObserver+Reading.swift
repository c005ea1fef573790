// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import Waiting

/// What one round of reading has shown.
struct Round: Sendable {
    var objects: [ObjectID: KubeObject] = [:]
    var observations: [ObjectID: Observation] = [:]
    var unreadable: [GroupKind: String] = [:]
}

/// Where objects of a kind live, as far as that could be read.
struct KnownKinds: Sendable {
    let catalog: APICatalog
    /// Why the catalogue is an old one, so that it may lack a kind; nil when it is not.
    let failure: String?
}

extension HealthObserver {
    /// Reads every open object once, and what decides about claims that wait.
    func look(at open: [AwaitedObject], _ kinds: KnownKinds) async -> Round {
        let byKind = Dictionary(grouping: open, by: \.id.groupKind).sorted { $0.key < $1.key }
        let results = await concurrently(byKind, limit: limit) { kind, objects in
            await read(objects, of: kind, kinds)
        }
        var round = Round()
        for ((kind, objects), result) in zip(byKind, results) {
            switch result ?? .failure(.init(text: "cancelled")) {
            case .failure(let reason): round.unreadable[kind] = reason.text
            case .success(let found):
                for object in objects {
                    round.objects[object.id] = found[object.id]
                    round.observations[object.id] = observation(of: found[object.id], awaited: object)
                }
            }
        }
        round.observations.merge(await restingClaims(in: round, kinds.catalog)) { $1 }
        return round
    }

    struct Unreadable: Error, Sendable {
        let text: String
    }

    private func read(
        _ objects: [AwaitedObject],
        of kind: GroupKind,
        _ kinds: KnownKinds
    ) async -> Result<[ObjectID: KubeObject], Unreadable> {
        let resource: APIResource
        switch kinds.catalog.lookup(kind) {
        case .served(let served): resource = served
        case .unknown: return .failure(Unreadable(text: kinds.failure ?? "discovery does not show \(kind)"))
        case .unavailable(let reason): return .failure(Unreadable(text: reason))
        }
        let reader = LiveReader(client: client, applySet: applySet, limit: limit)
        let namespaces = Set(objects.map(\.id.namespace))
        return await reader.wholes(objects.map(\.id), of: resource, namespaces: namespaces)
            .mapError { Unreadable(text: "\($0)") }
    }

    private func observation(of object: KubeObject?, awaited: AwaitedObject) -> Observation {
        guard let object else {
            if awaited.removesItself {
                return Observation(status: .current, message: "was done and is gone", prospect: .open)
            }
            return Observation(status: .notFound, message: ObjectHealth.wasDeleted, prospect: .poor)
        }
        let verdict = Kstatus.status(of: object)
        return Observation(
            status: verdict.status,
            message: verdict.message,
            prospect: Kstatus.prospect(of: object, verdict)
        )
    }

    /// The observations of unhealthy objects again, with the cause added where one is found.
    func causes(_ round: Round, catalog: APICatalog, atMost count: Int) async -> [ObjectID: Observation] {
        let finder = CauseFinder(client: client, catalog: catalog)
        let unhealthy = round.objects.values.filter { round.observations[$0.id]?.status != .current }
        let chosen = Array(unhealthy.sorted { $0.id < $1.id }.prefix(count))
        let causes = await concurrently(chosen, limit: limit) { object in await finder.cause(of: object) }
        var result: [ObjectID: Observation] = [:]
        for (object, cause) in zip(chosen, causes) {
            guard case .some(.some(let cause)) = cause, var observation = round.observations[object.id] else {
                continue
            }
            if !observation.message.contains(cause.text) { observation.message += "; \(cause.text)" }
            if observation.prospect == .open { observation.prospect = cause.prospect }
            result[object.id] = observation
        }
        return result
    }
}
