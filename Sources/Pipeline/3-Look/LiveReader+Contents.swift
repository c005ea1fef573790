// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Waiting

/// Looking into Namespaces and definitions before they are deleted: what goes along, ours or not.
extension LiveReader {
    /// More containers of one pass are not looked into, and more objects of one kind are left out; the plan says so.
    private static let maxContainers = 20
    private static let maxObjects = 1_000
    /// Kinds that are left out: their objects follow from other objects, and may be many.
    private static let passedOver: Set<String> = ["Event", "Event.events.k8s.io"]

    /// What each of these Namespaces and definitions holds, as far as it can be read: one list of metadata for each kind
    /// that can be listed there.
    ///
    /// - Parameters:
    ///   - containers: Namespaces and definitions.
    ///   - live: Where they are found themselves.
    ///   - witnesses: What single objects in them say against a deletion.
    /// - Returns: Their contents; without those that are too many to be looked into.
    func contents(
        of containers: [ObjectID],
        in live: LiveSet,
        witnesses: @escaping ContainerContents.Witnesses
    ) async -> [ObjectID: ContainerContents] {
        var result: [ObjectID: ContainerContents] = [:]
        for id in containers.prefix(max(0, Self.maxContainers - live.contents.count)) {
            if id.groupKind == GroupKind.namespace {
                let resources = namespaced(live.catalog)
                let silent = Self.silent(live.catalog)
                result[id] = await contents(of: resources, namespace: id.name, besides: silent, witnesses)
            } else if let kind = live.objects[id]?.whole?.definedKind ?? Self.kind(definedBy: id, live.catalog) {
                guard case .served(let resource) = live.catalog.lookup(kind) else { continue }
                result[id] = await contents(of: [resource], namespace: "", witnesses)
            }
        }
        return result
    }

    /// The kind of a definition of which only the name is known: that is made of the plural and the group.
    private static func kind(definedBy id: ObjectID, _ catalog: APICatalog) -> GroupKind? {
        catalog.resources.first { "\($0.plural).\($0.gvk.group)" == id.name }?.gvk.groupKind
    }

    /// Every kind that has objects in namespaces and can be listed, in its preferred version; ascending.
    private func namespaced(_ catalog: APICatalog) -> [APIResource] {
        let kinds = Set(catalog.resources.filter { $0.isNamespaced && $0.verbs.contains("list") }.map(\.gvk.groupKind))
        return kinds.sorted().compactMap { kind in
            guard case .served(let resource) = catalog.lookup(kind), resource.verbs.contains("list"),
                !Self.passedOver.contains(kind.description)
            else { return nil }
            return resource
        }
    }

    private func contents(
        of resources: [APIResource],
        namespace: String,
        besides silent: [(GroupKind, String)] = [],
        _ witnesses: @escaping ContainerContents.Witnesses
    ) async -> ContainerContents {
        let lists = await concurrently(resources, limit: limit) { resource in
            await foundObjects(resource, namespace: namespace, witnesses)
        }
        var objects: [KubeObject] = []
        var notLookedAt = Dictionary(silent) { first, _ in first }
        for (resource, list) in zip(resources, lists) {
            let (found, problem) = list ?? ([], "cancelled")
            objects += found
            if let problem { notLookedAt[resource.gvk.groupKind] = problem }
        }
        return ContainerContents(objects: objects, notLookedAt: notLookedAt, resources: resources)
    }

    /// What a container holds now that was looked into before. A Namespace is looked through for the kinds that the API server
    /// has now: one may have come since then, or since its catalogue was read.
    ///
    /// - Parameters:
    ///   - container: The Namespace or definition.
    ///   - before: What it held then.
    ///   - witnesses: What single objects in it say against a deletion.
    /// - Returns: Its contents, as far as they can be read.
    /// - Throws: The error of discovery.
    package func contentsNow(
        of container: ObjectID,
        _ before: ContainerContents,
        witnesses: @escaping ContainerContents.Witnesses
    ) async throws(KubeError) -> ContainerContents {
        guard container.groupKind == GroupKind.namespace else {
            return await contents(of: before.resources, namespace: "", witnesses)
        }
        let catalog = try await client.discover()
        let resources = namespaced(catalog)
        // What was looked through before is looked through again, also when discovery shows it no more.
        let kinds = Set(resources.map(\.gvk.groupKind))
        let hidden = before.resources.filter { !kinds.contains($0.gvk.groupKind) }
        let silent = Self.silent(catalog)
        return await contents(of: resources + hidden, namespace: container.name, besides: silent, witnesses)
    }

    /// Groups that do not answer now may have objects there all the same.
    private static func silent(_ catalog: APICatalog) -> [(GroupKind, String)] {
        catalog.unavailableGroups.map { group, reason in
            (GroupKind(group: group, kind: UnseenKinds.wildcard), "its API group did not answer: \(reason)")
        }
    }

    /// The metadata of all objects of a kind, and why these are not all. Beyond the limit only the first object that
    /// asks to be kept is returned, and the first of another tool: one of them is enough to keep the container.
    private func foundObjects(
        _ resource: APIResource,
        namespace: String,
        _ witnesses: @escaping ContainerContents.Witnesses
    ) async -> (objects: [KubeObject], problem: String?) {
        var sieve = ContentSieve(applySet: applySet, limit: Self.maxObjects, witnesses: witnesses)
        do throws(KubeError) {
            let list = try await client.list(resource, namespace: namespace, metadataOnly: true) { object in
                sieve.keeps(object)
            }
            let problem =
                sieve.isFull ? "there are more than \(Self.maxObjects) objects, and only these were looked at" : nil
            return (list.kept, problem)
        } catch {
            return ([], "\(error)")
        }
    }
}
