// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Waiting

/// Finding rendered objects that exist without our label: to be adopted, or owned by others.
extension LiveReader {
    /// Up to this many objects of a kind are asked for one by one; more are first looked for in a list of names.
    static let maxSingleReads = 3
    /// Up to this many namespaces are listed one by one; more are listed as one.
    private static let maxNamespaceLists = 3

    /// Reads every object of `missing` that exists.
    func readUnlabelled(_ missing: [APIResource: [ObjectID]], into findings: inout Findings) async {
        let ordered = missing.sorted { $0.key.gvk.description < $1.key.gvk.description }
        let found = await concurrently(ordered, limit: limit) { resource, ids in
            await existing(of: ids, resource)
        }
        var toRead: [(resource: APIResource, id: ObjectID)] = []
        for ((resource, _), result) in zip(ordered, found) {
            switch result ?? .failure(.cancelled) {
            case .success(let ids): toRead += ids.map { (resource, $0) }
            case .failure(let error): findings.markUnreadable(resource.gvk.groupKind, error)
            }
        }
        let objects = await concurrently(toRead, limit: limit) { resource, id -> Result<KubeObject?, KubeError> in
            do throws(KubeError) {
                return .success(try await client.get(resource, namespace: id.namespace, name: id.name))
            } catch {
                return .failure(error)
            }
        }
        for ((resource, _), object) in zip(toRead, objects) {
            switch object ?? .failure(.cancelled) {
            case .success(let object): if let object { findings.add(.whole(object), object.id, of: resource) }
            case .failure(let error): findings.markUnreadable(resource.gvk.groupKind, error)
            }
        }
    }

    /// Reads the rendered objects of kinds that discovery does not show although their definition is in the cluster: it may
    /// be younger than discovery's answer, or an APIService may have given its group away. Where there is no definition
    /// there are no objects, unless discovery says that the group did not answer, or an APIService promises it.
    func readUndiscovered(into findings: inout Findings) async {
        guard !findings.scope.undiscovered.isEmpty else { return }
        let definitions = await definitions(of: findings.scope.undiscovered, &findings)
        let known = findings.scope.undiscovered(by: findings, definitions)
        for (kind, reason) in known.unreadable { findings.markUnreadable(kind, reason) }
        await readLabelledFirst(known.toRead, into: &findings)
        guard !known.undefined.isEmpty else { return }
        do throws(KubeError) {
            for promise in try await promises(findings.scope.catalog) {
                for gvk in known.undefined where gvk.group == promise.group && gvk.version == promise.version {
                    let reason = "the APIService \(promise.name) is there and does not serve it"
                    findings.markUnreadable(gvk.groupKind, reason)
                }
            }
        } catch {
            // Who may not list APIServices goes by discovery, which has said that every group answered.
            guard error.reason != .forbidden else { return }
            for gvk in known.undefined { findings.markUnreadable(gvk.groupKind, error) }
        }
    }

    /// Reads objects of which most are ours: many of a kind with the list of what carries our label, and one by one
    /// only what that has not shown.
    private func readLabelledFirst(_ ids: [APIResource: [ObjectID]], into findings: inout Findings) async {
        let many = ids.filter { $0.value.count > Self.maxSingleReads && $0.key.verbs.contains("list") }
        let ordered = many.sorted { $0.key.gvk.description < $1.key.gvk.description }
        let lists = await concurrently(ordered, limit: limit) { resource, ids in
            let wanted = Set(ids)
            return await listLabelled(resource, namespaces: Set(ids.map(\.namespace))) { object in
                wanted.contains(object.id) ? (object.id, .whole(object)) : nil
            }
        }
        var rest = ids
        for ((resource, ids), list) in zip(ordered, lists) {
            switch list ?? .failure(.cancelled) {
            case .success(let found):
                for (id, object) in found.objects { findings.add(object, id, of: resource) }
                rest[resource] = ids.filter { found.objects[$0] == nil }
            case .failure(let error):
                findings.markUnreadable(resource.gvk.groupKind, error)
                rest[resource] = nil
            }
        }
        await readUnlabelled(rest, into: &findings)
    }

    /// The definitions of these objects that are in the cluster, whole: of one that is as git says only the proof of that is
    /// kept, and not what it has become. Where that cannot be asked, the kinds are unreadable.
    private func definitions(
        of undiscovered: [ObjectID: CustomResource.Place],
        _ findings: inout Findings
    ) async -> [ObjectID: KubeObject] {
        let catalog = findings.scope.catalog
        let there = Set(undiscovered.values.map(\.definition)).filter { findings.objects[$0] != nil }
        var definitions: [ObjectID: KubeObject] = [:]
        for id in there { definitions[id] = findings.objects[id]?.whole }
        let settled = there.filter { definitions[$0] == nil }.sorted()
        guard !settled.isEmpty, let resource = catalog.lookup(GroupKind.customResourceDefinition).resource else {
            return definitions
        }
        switch await wholes(settled, of: resource, namespaces: []) {
        case .success(let found): definitions.merge(found) { $1 }
        case .failure(let error):
            for (id, place) in undiscovered where settled.contains(place.definition) {
                findings.markUnreadable(id.groupKind, error)
            }
        }
        return definitions
    }

    /// Those of the ids that may exist: all of them when they are few, else the ones that a list of names shows.
    private func existing(of ids: [ObjectID], _ resource: APIResource) async -> Result<[ObjectID], KubeError> {
        guard ids.count > Self.maxSingleReads, resource.verbs.contains("list") else { return .success(ids) }
        let namespaces = Set(ids.map(\.namespace)).sorted()
        do throws(KubeError) {
            if namespaces.count > Self.maxNamespaceLists {
                do throws(KubeError) {
                    let names = try await names(resource, namespace: "")
                    return .success(ids.filter(names.contains))
                } catch  where error.reason != .forbidden {
                    throw error
                } catch {
                    // Only some namespaces are allowed to be listed: go through ours.
                }
            }
            var names: Set<ObjectID> = []
            for namespace in namespaces { names.formUnion(try await self.names(resource, namespace: namespace)) }
            return .success(ids.filter(names.contains))
        } catch {
            return .failure(error)
        }
    }

    private func names(_ resource: APIResource, namespace: String) async throws(KubeError) -> Set<ObjectID> {
        let list = try await client.list(resource, namespace: namespace, metadataOnly: true)
        return Set(list.objects.map(\.id))
    }
}
