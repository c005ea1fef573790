// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncRender

/// Which kinds have to be read, in which version, and which rendered objects must be accounted for.
package struct ReadScope: Sendable {
    let catalog: APICatalog
    /// The kinds of the members.
    let memberKinds: Set<GroupKind>
    /// As ``Inventory/unseenKinds``.
    let unseenKinds: Set<GroupKind>
    /// One entry for each kind and each version in which it is rendered; ascending by kind.
    private(set) var resources: [APIResource] = []
    /// The rendered objects, by the identity that they have in the cluster, with the resource of their version.
    private(set) var wanted: [ObjectID: APIResource] = [:]
    /// Rendered objects of kinds that discovery does not show and that the commit itself defines, with the definition
    /// of each: where that is in the cluster, they may be as well.
    private(set) var undiscovered: [ObjectID: CustomResource.Place] = [:]
    /// Members that are looked for by name when no list shows them: perhaps one is there without our label, or its kind
    /// cannot be listed.
    private var members: [ObjectID: APIResource] = [:]
    /// Kinds in which members are only looked for, because they could not be looked through since the inventory was lost.
    private(set) var searched: Set<GroupKind> = []
    /// The namespaces in which objects of a kind may be ours.
    private(set) var namespaces: [GroupKind: Set<String>] = [:]

    /// The kinds of these objects, of the inventory and of the parent's list of kinds.
    ///
    /// - Parameters:
    ///   - rendered: The objects that are wanted; each is read in the version in which it is written. None where only the
    ///     members matter.
    ///   - inventory: Its kinds are read in their preferred version where no rendered object names one.
    ///   - catalog: Where objects of a kind live. Kinds that it does not know are left out; the planner refuses them.
    ///   - defaultNamespace: The namespace of namespaced manifests that name none; empty means `default`.
    package init(
        rendered: [RenderedObject] = [],
        inventory: Inventory,
        catalog: APICatalog,
        defaultNamespace: String = ""
    ) {
        self.catalog = catalog
        memberKinds = Set(inventory.members.keys.map(\.groupKind))
        unseenKinds = inventory.unseenKinds
        var versions: [GroupKind: Set<APIResource>] = [:]
        let defined = CustomResource.places(definedIn: rendered)
        let place = ManifestPlace(defaultNamespace: defaultNamespace)
        for item in rendered {
            let gvk = item.object.gvk
            let exact = catalog.lookup(gvk).resource
            // A version that this commit adds to a kind: its objects are there in the versions that are served.
            let served = exact ?? (defined[gvk] == nil ? nil : catalog.lookup(gvk.groupKind).resource)
            guard let resource = served ?? defined[gvk]?.resource else { continue }
            let id = place.identity(of: item.object, as: resource)
            namespaces[id.groupKind, default: []].insert(id.namespace)
            guard served != nil else {
                undiscovered[id] = defined[gvk]
                continue
            }
            versions[gvk.groupKind, default: []].insert(resource)
            // Also an object that asks to be left alone: others may need it, and it may exist.
            wanted[id] = resource
        }
        for id in inventory.members.keys { namespaces[id.groupKind, default: []].insert(id.namespace) }
        let rendering = Set(rendered.map(\.object.gvk.groupKind))
        let unseen = UnseenKinds.spelledOut(inventory.unseenKinds, in: catalog)
        for id in inventory.members.keys where wanted[id] == nil {
            if case .served(let resource) = catalog.lookup(id.groupKind) { members[id] = resource }
        }
        searched = unseen.subtracting(namespaces.keys).subtracting(rendering)
        for kind in Set(namespaces.keys).union(unseen).union(rendering) where versions[kind] == nil {
            guard case .served(let resource) = catalog.lookup(kind) else { continue }
            versions[kind] = [resource]
        }
        resources = versions.values.flatMap { $0 }.sorted {
            ($0.gvk.groupKind.description, $0.gvk.version) < ($1.gvk.groupKind.description, $1.gvk.version)
        }
    }

    /// For how long the list of a kind is tried again; nil for as long as the client's options say.
    func patience(for kind: GroupKind) -> RequestPatience? { searched.contains(kind) ? UnseenKinds.patience : nil }

    /// What is known of the undiscovered objects once their definitions were looked for.
    struct Undiscovered {
        /// Those whose definition is in the cluster, by where they live.
        var toRead: [APIResource: [ObjectID]] = [:]
        /// Kinds that may have objects nobody can ask for, with the reason; one line each.
        var unreadable: [GroupKind: String] = [:]
        /// Kinds of which no definition is there, or none that was ever established: they have no objects, unless another
        /// server is to serve their group.
        var undefined: Set<GroupVersionKind> = []
    }

    /// Sorts the undiscovered objects by what is known of their definitions: `definitions` has those that are in the cluster,
    /// whole, and lacks those that could not be read.
    func undiscovered(
        by findings: Findings,
        _ definitions: [ObjectID: KubeObject]
    ) -> Undiscovered {
        var result = Undiscovered()
        for (id, place) in undiscovered {
            let kind = id.groupKind
            let definition = definitions[place.definition]
            if let definition, !CustomResource.wasServed(definition) {
                result.undefined.insert(place.resource.gvk)
            } else if let definition, Self.hasOtherScope(definition, than: place.resource) {
                result.unreadable[kind] = "its definition \(definition.name) has another scope"
            } else if findings.objects[place.definition] != nil {
                result.toRead[place.resource, default: []].append(id)
            } else if let reason = findings.unreadable[place.definition.groupKind] {
                result.unreadable[kind] = reason
            } else if wanted[place.definition] == nil {
                result.unreadable[kind] = "its definition \(place.definition.name) could not be looked for"
            } else if case .unavailable(let reason) = catalog.lookup(kind) {
                result.unreadable[kind] = reason
            } else {
                result.undefined.insert(place.resource.gvk)
            }
        }
        result.toRead = result.toRead.mapValues { $0.sorted() }
        return result
    }

    private static func hasOtherScope(_ definition: KubeObject, than resource: APIResource) -> Bool {
        CustomResource.resources(definedBy: definition).contains { $0.isNamespaced != resource.isNamespaced }
    }

    /// The rendered objects and the members, of readable kinds, that no list has shown.
    func missing(from findings: Findings) -> [APIResource: [ObjectID]] {
        var result: [APIResource: [ObjectID]] = [:]
        for (id, resource) in wanted.merging(members, uniquingKeysWith: { wanted, _ in wanted })
        where findings.objects[id] == nil && findings.unreadable[id.groupKind] == nil {
            guard resource.verbs.contains("get") else { continue }
            result[resource, default: []].append(id)
        }
        return result.mapValues { $0.sorted() }
    }
}
