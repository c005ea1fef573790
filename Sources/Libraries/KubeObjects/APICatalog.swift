// SPDX-License-Identifier: Apache-2.0

/// One resource that an API server serves: where its objects live and what may be done with them.
package struct APIResource: Sendable, Hashable {
    package let gvk: GroupVersionKind
    /// The path segment, such as `deployments`.
    package let plural: String
    package let isNamespaced: Bool
    /// `get`, `list`, `watch`, `create`, `patch`, `delete`, …
    package let verbs: Set<String>
    package let shortNames: [String]

    package init(
        gvk: GroupVersionKind,
        plural: String,
        isNamespaced: Bool,
        verbs: Set<String>,
        shortNames: [String] = []
    ) {
        self.gvk = gvk
        self.plural = plural
        self.isNamespaced = isNamespaced
        self.verbs = verbs
        self.shortNames = shortNames
    }

    /// The collection's path, for one namespace or (empty) for all: `/apis/apps/v1/namespaces/shop/deployments`.
    package func path(namespace: String) -> String {
        let root = gvk.group.isEmpty ? "/api/\(gvk.version)" : "/apis/\(gvk.group)/\(gvk.version)"
        return isNamespaced && !namespace.isEmpty ? "\(root)/namespaces/\(namespace)/\(plural)" : "\(root)/\(plural)"
    }

    /// The path of one object.
    package func path(namespace: String, name: String) -> String { "\(path(namespace: namespace))/\(name)" }
}

/// What discovery said: every served resource, and which groups could not be asked.
package struct APICatalog: Sendable, Hashable {
    /// What the catalogue knows of a kind.
    package enum Lookup: Sendable, Hashable {
        case served(APIResource)
        /// All groups answered and none serves the kind.
        case unknown
        /// The kind's group did not answer, so nothing may be concluded; the text says why.
        case unavailable(reason: String)

        /// Where the objects live; nil unless they are served.
        package var resource: APIResource? { if case .served(let resource) = self { resource } else { nil } }
    }

    private var byKind: [GroupVersionKind: APIResource] = [:]
    private var preferred: [GroupKind: APIResource] = [:]
    /// Groups, by name, that discovery could not read, with the reason; the core group is the empty string.
    package private(set) var unavailableGroups: [String: String] = [:]

    package init() {}

    /// Adds a resource. The first one added of a group-kind is its preferred version.
    package mutating func add(_ resource: APIResource) {
        byKind[resource.gvk] = resource
        if preferred[resource.gvk.groupKind] == nil { preferred[resource.gvk.groupKind] = resource }
    }

    /// Marks a group as unreadable: its kinds are neither served nor unknown.
    package mutating func markUnavailable(group: String, reason: String) {
        unavailableGroups[group] = reason
    }

    /// The resource of exactly this version of a kind.
    package func lookup(_ gvk: GroupVersionKind) -> Lookup {
        if let resource = byKind[gvk] { return .served(resource) }
        if let reason = unavailableGroups[gvk.group] { return .unavailable(reason: reason) }
        return .unknown
    }

    /// The preferred resource of a kind, whatever the version.
    package func lookup(_ groupKind: GroupKind) -> Lookup {
        if let resource = preferred[groupKind] { return .served(resource) }
        if let reason = unavailableGroups[groupKind.group] { return .unavailable(reason: reason) }
        return .unknown
    }

    /// The versions in which a kind is served, ascending by name; for error texts.
    package func versions(of groupKind: GroupKind) -> [String] {
        byKind.keys.filter { $0.groupKind == groupKind }.map(\.version).sorted()
    }

    /// The resource a person means by a plural, singular kind or short name, in any case; nil when none or several fit.
    package func resource(named word: String) -> APIResource? {
        let wanted = word.lowercased()
        let hits = preferred.values.filter {
            $0.plural == wanted || $0.gvk.kind.lowercased() == wanted || $0.shortNames.contains(wanted)
                || "\($0.plural).\($0.gvk.group)" == wanted
        }
        return hits.count == 1 ? hits.first : hits.first { $0.gvk.group.isEmpty || $0.gvk.group == "apps" }
    }

    /// Every served resource, in no particular order.
    package var resources: [APIResource] { Array(byKind.values) }
}
