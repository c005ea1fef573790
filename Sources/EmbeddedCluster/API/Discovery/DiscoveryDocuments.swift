// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// The discovery documents: which groups, versions and resources there are.
struct DiscoveryDocuments: Sendable {
    let resources: ResourceRegistry

    /// Whether any built-in resource belongs to the group.
    func servesBuiltIn(group: String) -> Bool { resources.all.contains { $0.gvk.group == group && !$0.isCustom } }

    /// The document behind `/api…` or `/apis…`; nil when there is none.
    func document(_ parts: [String], media: MediaChoice, host: String) -> JSON? {
        let groups = groups
        switch (parts.first, parts.count) {
        case ("api", 1):
            if !media.discoveryVersion.isEmpty { return aggregated(groups.filter(\.name.isEmpty), media) }
            return [
                "kind": "APIVersions", "versions": ["v1"],
                "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(host)]],
            ]
        case ("apis", 1):
            let named = groups.filter { !$0.name.isEmpty }
            if !media.discoveryVersion.isEmpty { return aggregated(named, media) }
            return [
                "kind": "APIGroupList", "apiVersion": "v1",
                "groups": .array(named.map { $0.json(isListed: true) }),
            ]
        case ("apis", 2): return groups.first { $0.name == parts[1] && !$0.name.isEmpty }?.json(isListed: false)
        case ("api", 2): return resourceList(groups.first { $0.name.isEmpty }, version: parts[1])
        case ("apis", 3): return resourceList(groups.first { $0.name == parts[1] }, version: parts[2])
        default: return nil
        }
    }

    /// The answer of `/`.
    var rootPaths: JSON {
        var paths: Set<String> = ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"]
        for group in groups {
            if !group.name.isEmpty { paths.insert("/apis/\(group.name)") }
            for version in group.versions {
                paths.insert(group.name.isEmpty ? "/api/\(version)" : "/apis/\(group.name)/\(version)")
            }
        }
        return ["paths": .array(paths.sorted().map(JSON.string))]
    }

    private var groups: [DiscoveryGroup] {
        var groups: [DiscoveryGroup] = []
        for resource in resources.all {
            if let index = groups.firstIndex(where: { $0.name == resource.gvk.group }) {
                groups[index].resources.append(resource)
            } else {
                groups.append(DiscoveryGroup(name: resource.gvk.group, resources: [resource]))
            }
        }
        return groups
    }

    private func aggregated(_ groups: [DiscoveryGroup], _ media: MediaChoice) -> JSON {
        [
            "kind": "APIGroupDiscoveryList",
            "apiVersion": .string("apidiscovery.k8s.io/\(media.discoveryVersion)"), "metadata": [:],
            "items": .array(groups.map(\.aggregated)),
        ]
    }

    private func resourceList(_ group: DiscoveryGroup?, version: String) -> JSON? {
        guard let group, group.versions.contains(version) else { return nil }
        let apiVersion = group.name.isEmpty ? version : "\(group.name)/\(version)"
        var list: JSON = [
            "kind": "APIResourceList", "groupVersion": .string(apiVersion),
            "resources": .array(group.resources(in: version).flatMap(DiscoveredResource.entries)),
        ]
        if !group.name.isEmpty { list["apiVersion"] = "v1" }
        return list
    }
}

/// One API group with all its resources.
private struct DiscoveryGroup {
    let name: String
    var resources: [RegisteredResource]

    /// The preferred one first.
    var versions: [String] {
        Set(resources.map(\.gvk.version)).sorted(by: CustomDefinition.precedes)
    }

    func resources(in version: String) -> [RegisteredResource] { resources.filter { $0.gvk.version == version } }

    func json(isListed: Bool) -> JSON {
        let entries = versions.map { version -> JSON in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        var result: JSON = ["name": .string(name), "versions": .array(entries), "preferredVersion": entries[0]]
        if !isListed {
            result["kind"] = "APIGroup"
            result["apiVersion"] = "v1"
        }
        return result
    }

    var aggregated: JSON {
        [
            "metadata": name.isEmpty ? ["creationTimestamp": nil] : ["name": .string(name), "creationTimestamp": nil],
            "versions": .array(
                versions.map { version in
                    [
                        "version": .string(version), "freshness": "Current",
                        "resources": .array(resources(in: version).map(DiscoveredResource.aggregated)),
                    ]
                }
            ),
        ]
    }
}

/// One resource as discovery shows it.
private enum DiscoveredResource {
    /// A subresource with its kind and verbs.
    private struct Subresource {
        let name: String
        let gvk: GroupVersionKind
        let verbs: [String]
    }

    private static func subresources(_ resource: RegisteredResource) -> [Subresource] {
        var result: [Subresource] = []
        let readAndWrite = ["get", "patch", "update"]
        if resource.plural == "namespaces" {
            result.append(Subresource(name: "finalize", gvk: resource.gvk, verbs: ["update"]))
        }
        if resource.gvk.groupKind == GroupKind(group: "", kind: "Pod") {
            result.append(Subresource(name: "log", gvk: resource.gvk, verbs: ["get"]))
        }
        if resource.scale != nil {
            result.append(Subresource(name: "scale", gvk: ScaleSubresource.gvk, verbs: readAndWrite))
        }
        if resource.hasStatus { result.append(Subresource(name: "status", gvk: resource.gvk, verbs: readAndWrite)) }
        return result
    }

    /// The entries of an `APIResourceList`: the resource and its subresources.
    static func entries(_ resource: RegisteredResource) -> [JSON] {
        var main = entry(resource.plural, resource.gvk.kind, resource, resource.verbs)
        main["singularName"] = .string(resource.singular)
        if !resource.shortNames.isEmpty { main["shortNames"] = texts(resource.shortNames) }
        if !resource.categories.isEmpty { main["categories"] = texts(resource.categories) }
        return [main]
            + subresources(resource).map { subresource in
                let name = "\(resource.plural)/\(subresource.name)"
                var json = entry(name, subresource.gvk.kind, resource, subresource.verbs)
                json["singularName"] = ""
                if subresource.gvk != resource.gvk {
                    json["group"] = .string(subresource.gvk.group)
                    json["version"] = .string(subresource.gvk.version)
                }
                return json
            }
    }

    private static func entry(
        _ name: String,
        _ kind: String,
        _ resource: RegisteredResource,
        _ verbs: [String]
    ) -> JSON {
        [
            "name": .string(name), "namespaced": .bool(resource.isNamespaced), "kind": .string(kind),
            "verbs": texts(verbs),
        ]
    }

    /// The entry of an aggregated document. Built-in kinds leave out the group and version that they share with it.
    static func aggregated(_ resource: RegisteredResource) -> JSON {
        var json: JSON = [
            "resource": .string(resource.plural), "responseKind": kind(resource.gvk, resource),
            "scope": resource.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(resource.singular), "verbs": texts(resource.verbs),
        ]
        if !resource.shortNames.isEmpty { json["shortNames"] = texts(resource.shortNames) }
        if !resource.categories.isEmpty { json["categories"] = texts(resource.categories) }
        let below = subresources(resource)
        if !below.isEmpty {
            json["subresources"] = .array(
                below.map { subresource in
                    [
                        "subresource": .string(subresource.name), "responseKind": kind(subresource.gvk, resource),
                        "verbs": texts(subresource.verbs),
                    ]
                }
            )
        }
        return json
    }

    private static func kind(_ gvk: GroupVersionKind, _ resource: RegisteredResource) -> JSON {
        let isShared = !resource.isCustom && gvk == resource.gvk
        return [
            "group": isShared ? "" : .string(gvk.group), "version": isShared ? "" : .string(gvk.version),
            "kind": .string(gvk.kind),
        ]
    }

    private static func texts(_ values: [String]) -> JSON { .array(values.map(JSON.string)) }
}
