// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Waiting

/// Looking into Namespaces and definitions before they are deleted: what goes along, ours or not.
extension LiveReader {
    /// More Namespaces at a time are looked through together, with one list of the whole cluster for each kind.
    private static let maxSingly = 20
    /// More definitions at a time are not looked into; the plan says so.
    private static let maxDefinitions = 1_000
    /// More objects of one kind are left out in a container, and more in all those that are looked through together, of which
    /// each has its share, but no less than the least one; the plan says so.
    private static let maxObjects = 1_000
    private static let maxObjectsTogether = 10_000
    private static let minShare = 20
    private static let maxRefusals = 3
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
        let namespaces = containers.filter { $0.groupKind == GroupKind.namespace }
        let resources = namespaces.isEmpty ? [] : namespaced(live.catalog)
        let silent = Self.silent(live.catalog)
        let followers = FollowerRule(live.catalog)
        if namespaces.count > Self.maxSingly {
            result = await contents(ofAll: namespaces, resources, besides: silent, followers, witnesses)
        } else {
            for id in namespaces {
                result[id] = await contents(of: resources, namespace: id.name, besides: silent, followers, witnesses)
            }
        }
        let definitions = containers.filter { $0.groupKind == GroupKind.customResourceDefinition }
        for id in definitions.prefix(Self.maxDefinitions) {
            guard let kind = live.objects[id]?.whole?.definedKind ?? Self.kind(definedBy: id, live.catalog),
                case .served(let resource) = live.catalog.lookup(kind)
            else { continue }
            result[id] = await contents(of: [resource], namespace: "", .ofWhatGoes, witnesses)
        }
        return result
    }

    /// Looks through many Namespaces at once, with `room` for so many objects of a kind in each, at least.
    private func contents(
        ofAll namespaces: [ObjectID],
        _ resources: [APIResource],
        besides silent: [(GroupKind, String)],
        room: Int = LiveReader.minShare,
        _ followers: FollowerRule,
        _ witnesses: @escaping ContainerContents.Witnesses
    ) async -> [ObjectID: ContainerContents] {
        let share = min(Self.maxObjects, max(room, Self.maxObjectsTogether / namespaces.count))
        let lists = await concurrently(resources, limit: limit) { resource in
            await foundObjects(resource, inAll: namespaces, limit: share, followers, witnesses)
        }
        var objects: [String: [KubeObject]] = [:]
        var problems: [String: [GroupKind: String]] = [:]
        for (resource, list) in zip(resources, lists) {
            for namespace in namespaces {
                let (found, problem) = list?[namespace.name] ?? ([], "cancelled")
                objects[namespace.name, default: []] += found
                if let problem { problems[namespace.name, default: [:]][resource.gvk.groupKind] = problem }
            }
        }
        var result: [ObjectID: ContainerContents] = [:]
        for namespace in namespaces {
            let notLookedAt = (problems[namespace.name] ?? [:]).merging(silent) { first, _ in first }
            result[namespace] = ContainerContents(
                objects: objects[namespace.name] ?? [],
                notLookedAt: notLookedAt,
                resources: resources,
                followers: followers
            )
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
        _ followers: FollowerRule,
        _ witnesses: @escaping ContainerContents.Witnesses
    ) async -> ContainerContents {
        let lists = await concurrently(resources, limit: limit) { resource in
            await foundObjects(resource, namespace: namespace, followers, witnesses)
        }
        var objects: [KubeObject] = []
        var notLookedAt = Dictionary(silent) { first, _ in first }
        for (resource, list) in zip(resources, lists) {
            let (found, problem) = list ?? ([], "cancelled")
            objects += found
            if let problem { notLookedAt[resource.gvk.groupKind] = problem }
        }
        return ContainerContents(objects: objects, notLookedAt: notLookedAt, resources: resources, followers: followers)
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
            return await contents(of: before.resources, namespace: "", before.followers, witnesses)
        }
        let catalog = try await client.discover()
        let resources = namespaced(catalog)
        // What was looked through before is looked through again, also when discovery shows it no more.
        let kinds = Set(resources.map(\.gvk.groupKind))
        let hidden = before.resources.filter { !kinds.contains($0.gvk.groupKind) }
        let silent = Self.silent(catalog)
        return await contents(
            of: resources + hidden,
            namespace: container.name,
            besides: silent,
            FollowerRule(catalog),
            witnesses
        )
    }

    /// The same of many, with few lists.
    ///
    /// - Parameters:
    ///   - before: What each of them held then.
    ///   - witnesses: As above.
    /// - Returns: The contents of all of them.
    /// - Throws: The error of discovery.
    package func contentsNow(
        _ before: [ObjectID: ContainerContents],
        witnesses: @escaping ContainerContents.Witnesses
    ) async throws(KubeError) -> [ObjectID: ContainerContents] {
        let namespaces = before.keys.filter { $0.groupKind == GroupKind.namespace }.sorted()
        var result: [ObjectID: ContainerContents] = [:]
        if namespaces.count > Self.maxSingly {
            let catalog = try await client.discover()
            let resources = namespaced(catalog)
            let kinds = Set(resources.map(\.gvk.groupKind))
            let listed = before.values.lazy.flatMap(\.resources).filter(\.isNamespaced)
            let all = Dictionary(listed.map { ($0.gvk.groupKind, $0) }) { $1 }
            let hidden = all.filter { !kinds.contains($0.key) }.values
            let silent = Self.silent(catalog)
            result = await contents(
                ofAll: namespaces,
                resources + hidden,
                besides: silent,
                // The plan may have looked at fewer of them at a time.
                room: max(Self.minShare, before.values.lazy.map(\.mostOfOneKind).max() ?? 0),
                FollowerRule(catalog),
                witnesses
            )
        }
        for (id, contents) in before where result[id] == nil {
            result[id] = try await contentsNow(of: id, contents, witnesses: witnesses)
        }
        return result
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
        limit: Int = LiveReader.maxObjects,
        _ followers: FollowerRule,
        _ witnesses: @escaping ContainerContents.Witnesses
    ) async -> (objects: [KubeObject], problem: String?) {
        var sieve = ContentSieve(applySet: applySet, limit: limit, followers: followers, witnesses: witnesses)
        do throws(KubeError) {
            let list = try await client.list(resource, namespace: namespace, metadataOnly: true) { object in
                sieve.keeps(object)
            }
            return (list.kept, sieve.problem)
        } catch {
            return ([], "\(error)")
        }
    }

    /// The same by namespace, of the whole cluster in one list.
    private func foundObjects(
        _ resource: APIResource,
        inAll namespaces: [ObjectID],
        limit share: Int,
        _ followers: FollowerRule,
        _ witnesses: @escaping ContainerContents.Witnesses
    ) async -> [String: (objects: [KubeObject], problem: String?)] {
        let sieve = ContentSieve(applySet: applySet, limit: share, followers: followers, witnesses: witnesses)
        var sieves: [String: ContentSieve] = [:]
        for namespace in namespaces { sieves[namespace.name] = sieve }
        do throws(KubeError) {
            let list = try await client.list(resource, metadataOnly: true) { object in
                sieves[object.id.namespace]?.keeps(object) ?? nil
            }
            let found = Dictionary(grouping: list.kept, by: \.id.namespace)
            return sieves.reduce(into: [:]) { $0[$1.key] = (found[$1.key] ?? [], $1.value.problem) }
        } catch {
            switch error.reason {
            case .forbidden, .tooLarge, .expired: break
            default: return sieves.mapValues { _ in ([], "\(error)") }
            }
        }
        return await foundObjects(resource, inEachOf: namespaces, limit: share, followers, witnesses)
    }

    /// The same with one list for each namespace: where the whole cluster cannot be listed, one namespace may be. Not beyond the
    /// first few, when all of these are refused.
    private func foundObjects(
        _ resource: APIResource,
        inEachOf namespaces: [ObjectID],
        limit: Int,
        _ followers: FollowerRule,
        _ witnesses: @escaping ContainerContents.Witnesses
    ) async -> [String: (objects: [KubeObject], problem: String?)] {
        var result: [String: (objects: [KubeObject], problem: String?)] = [:]
        for (tried, namespace) in namespaces.enumerated() {
            if tried == Self.maxRefusals, let problem = result.values.compactMap(\.problem).min(),
                result.values.allSatisfy({ $0.problem != nil && $0.objects.isEmpty })
            {
                for rest in namespaces[tried...] { result[rest.name] = ([], problem) }
                break
            }
            result[namespace.name] = await foundObjects(
                resource,
                namespace: namespace.name,
                limit: limit,
                followers,
                witnesses
            )
        }
        return result
    }
}
