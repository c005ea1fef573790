// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

/// Looking into Namespaces and definitions before they are deleted: what goes along, ours or not.
extension LiveReader {
    /// More containers of one pass are not looked into, and more objects of one kind are left out; the plan says so.
    private static let maxContainers = 20
    private static let maxObjects = 1_000
    /// What says nothing: it follows from other objects, and may be much.
    private static let passedOver: Set<String> = ["Event", "Event.events.k8s.io", "Endpoints"]

    /// What each of these Namespaces and definitions holds, as far as it can be read: one list of metadata for each kind
    /// that can be listed there.
    ///
    /// - Parameters:
    ///   - containers: As ``PrunePlan/containers``.
    ///   - live: Where they are found themselves.
    /// - Returns: Their contents; without those that are too many to be looked into.
    package func contents(of containers: [ObjectID], in live: LiveSet) async -> [ObjectID: ContainerContents] {
        var result: [ObjectID: ContainerContents] = [:]
        for id in containers.prefix(Self.maxContainers) {
            if id.groupKind == KindOrder.namespace {
                result[id] = await contents(of: namespaced(live.catalog), namespace: id.name)
            } else if let kind = live.objects[id]?.whole?.definedKind {
                guard case .served(let resource) = live.catalog.lookup(kind) else { continue }
                result[id] = await contents(of: [resource], namespace: "")
            }
        }
        return result
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

    private func contents(of resources: [APIResource], namespace: String) async -> ContainerContents {
        let lists = await concurrently(resources, limit: limit) { resource in
            await strangers(resource, namespace: namespace)
        }
        var objects: [KubeObject] = []
        var notLookedAt: [GroupKind: String] = [:]
        for (resource, list) in zip(resources, lists) {
            let (found, problem) = list ?? ([], "cancelled")
            objects += found
            if let problem { notLookedAt[resource.gvk.groupKind] = problem }
        }
        return ContainerContents(objects: objects, notLookedAt: notLookedAt)
    }

    /// The metadata of all objects of a kind, and why these are not all. Those that may ask to be kept are never left out.
    private func strangers(
        _ resource: APIResource,
        namespace: String
    ) async -> (objects: [KubeObject], problem: String?) {
        var count = 0
        do throws(KubeError) {
            let list = try await client.list(resource, namespace: namespace, metadataOnly: true) { object in
                count += 1
                guard count <= Self.maxObjects || SyncAnnotation.objection(of: object) != nil else {
                    return KubeObject?.none
                }
                var small = object
                if object.label(ApplySet.partOfLabel) != applySet.id {
                    small.json[["metadata", "managedFields"]] = nil
                }
                return small
            }
            let isAll = count <= Self.maxObjects
            return (list.kept, isAll ? nil : "there are \(count) objects, and only \(Self.maxObjects) were looked at")
        } catch {
            return ([], Redactor.shared.redact("\(error)".singleLine))
        }
    }
}
