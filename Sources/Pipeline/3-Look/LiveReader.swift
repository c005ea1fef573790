// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Waiting

/// Reads what the cluster has of a project: one list for each kind, and single look-ups only for rendered objects that
/// do not carry our label.
///
/// A kind that cannot be read completely is reported as unreadable with the reason. It never counts as empty.
package struct LiveReader: Sendable {
    let client: KubeClient
    package let applySet: ApplySet
    /// Requests in flight.
    let limit: Int

    package init(client: KubeClient, applySet: ApplySet, limit: Int = 8) {
        self.client = client
        self.applySet = applySet
        self.limit = limit
    }

    /// Reads the live objects of every kind in the scope. A namespace that does not exist holds nothing, which is no error.
    ///
    /// - Parameters:
    ///   - scope: What is read.
    ///   - triage: Sorts each object that a list shows; only its mark is kept of a settled one. Nil keeps all of every
    ///     object, which costs three times the memory.
    ///   - isWell: Judges the health of each object that a list shows, before its fields are dropped (``LiveSet/well``).
    /// - Returns: What was found, and which kinds could not be read.
    /// - Throws: The first error, when the task was cancelled or when nothing at all could be read.
    package func read(
        _ scope: ReadScope,
        triage: (any TriageRule)? = nil,
        isWell: @escaping @Sendable (KubeObject) -> Bool = { _ in false }
    ) async throws(KubeError) -> LiveSet {
        var findings = Findings(scope: scope, redactor: client.redactor)
        let listable = scope.resources.filter { $0.verbs.contains("list") }
        let lists = await concurrently(listable, limit: limit) { resource in
            var well: Set<ObjectID> = []
            let spaces = scope.namespaces[resource.gvk.groupKind] ?? []
            let patience = scope.patience(for: resource.gvk.groupKind)
            let found = await listLabelled(resource, namespaces: spaces, patience: patience) { object in
                if isWell(object) { well.insert(object.id) }
                return (object.id, triage?.kept(object) ?? .whole(object))
            }
            return (found: found, well: well)
        }
        for (resource, list) in zip(listable, lists) {
            findings.take(list?.found.map(\.objects) ?? .failure(.cancelled), of: resource)
            if case .success(let found)? = list?.found, found.isNarrow { findings.markNarrowed(resource.gvk.groupKind) }
        }
        try findings.throwIfNothingWasRead(attempts: listable.count)
        let missing = scope.missing(from: findings)
        let well = lists.reduce(into: Set<ObjectID>()) { $0.formUnion($1?.well ?? []) }
        return try await finish(findings, missing: missing, well: well)
    }

    /// The end of a reading, once the objects with our label are known: asks for rendered objects that no list has shown,
    /// for those that discovery does not show, for definitions of members' kinds, and for who owns what bears another
    /// ApplySet's label.
    func finish(
        _ listed: Findings,
        missing: [APIResource: [ObjectID]],
        well: Set<ObjectID> = []
    ) async throws(KubeError) -> LiveSet {
        var findings = listed
        await readUnlabelled(missing, into: &findings)
        await readUndiscovered(into: &findings)
        let undefined = await undefinedKinds(&findings)
        let catalog = findings.scope.catalog
        let owners = await owners(of: findings.objects.values.compactMap(\.whole), catalog: catalog)
        if Task.isCancelled { throw .cancelled }
        return LiveSet(
            catalog: catalog,
            objects: findings.objects,
            unreadable: findings.unreadable,
            undefined: undefined,
            owners: owners,
            well: well,
            narrowed: findings.narrowed
        )
    }

    /// All objects of a resource that carry our label: one list for the whole cluster or, when that is forbidden, one
    /// for each namespace of interest.
    func listLabelled(
        _ resource: APIResource,
        namespaces: Set<String>,
        patience: RequestPatience? = nil,
        keeping keep: (KubeObject) -> (ObjectID, LiveObject)?
    ) async -> Result<(objects: [ObjectID: LiveObject], isNarrow: Bool), KubeError> {
        let selector = applySet.memberSelector
        func list(_ namespace: String) async throws(KubeError) -> [ObjectID: LiveObject] {
            let list = try await client.list(
                resource,
                namespace: namespace,
                labelSelector: selector,
                patience: patience,
                keeping: keep
            )
            return Dictionary(list.kept) { $1 }
        }
        do throws(KubeError) {
            return .success((try await list(""), false))
        } catch  where error.reason == .forbidden && resource.isNamespaced && !namespaces.isEmpty {
            var objects: [ObjectID: LiveObject] = [:]
            for namespace in namespaces.sorted() {
                do throws(KubeError) { objects.merge(try await list(namespace)) { $1 } } catch {
                    return .failure(error)
                }
            }
            return .success((objects, true))
        } catch {
            return .failure(error)
        }
    }

    /// Objects that are known to be there with our label, whole: a few one by one, many with a list. Those that are gone
    /// are absent.
    ///
    /// - Parameters:
    ///   - ids: Which objects, all of this resource.
    ///   - resource: In which version they are read.
    ///   - namespaces: Where they are: each is listed when the list of the whole cluster is forbidden.
    /// - Returns: What was found, or why not all of them could be read.
    package func wholes(
        _ ids: [ObjectID],
        of resource: APIResource,
        namespaces: Set<String>
    ) async -> Result<[ObjectID: KubeObject], KubeError> {
        var found: [ObjectID: KubeObject] = [:]
        if ids.count > Self.maxSingleReads, resource.verbs.contains("list") {
            let wanted = Set(ids)
            let list = await listLabelled(resource, namespaces: namespaces) { object in
                wanted.contains(object.id) ? (object.id, .whole(object)) : nil
            }
            switch list {
            case .success(let list): found = list.objects.compactMapValues(\.whole)
            case .failure(let error): return .failure(error)
            }
        }
        let single = ids.filter { found[$0] == nil }
        let objects = await concurrently(single, limit: limit) { id -> Result<KubeObject?, KubeError> in
            do throws(KubeError) {
                return .success(try await client.get(resource, namespace: id.namespace, name: id.name))
            } catch {
                return .failure(error)
            }
        }
        for (id, object) in zip(single, objects) {
            switch object ?? .failure(.cancelled) {
            case .success(let object): found[id] = object
            case .failure(let error): return .failure(error)
            }
        }
        for object in found.values { client.redactor.register(secretObject: object) }
        return .success(found)
    }
}

extension KubeError {
    /// The task was cancelled before the request was sent.
    static let cancelled = KubeError(reason: .cancelled, message: "cancelled before the request was sent")
}
