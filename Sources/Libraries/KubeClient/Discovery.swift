// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Reads discovery documents. Pure.
enum Discovery {
    /// One version of a group; the core group is the empty string.
    struct Version: Sendable, Hashable {
        let group: String
        let version: String

        var path: String { group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)" }
    }

    /// Adds an aggregated document (`APIGroupDiscoveryList`) to a catalogue; false when it is not one.
    ///
    /// Versions come in the server's order of preference. A stale version (its aggregated server does not answer) makes
    /// the group unavailable, while its other versions stay usable.
    static func add(groups json: JSON, to catalog: inout APICatalog) -> Bool {
        guard let items = json["items"]?.array else { return json["items"]?.isNull == true }
        for item in items {
            let group = item["metadata"]?["name"]?.string ?? ""
            for entry in item["versions"]?.array ?? [] {
                guard let version = entry["version"]?.string, !version.isEmpty else { continue }
                let freshness = entry["freshness"]?.string ?? ""
                guard freshness.isEmpty || freshness == "Current" else {
                    let name = Version(group: group, version: version)
                    catalog.markUnavailable(group: group, reason: "discovery of \(name.path) is \(freshness)")
                    continue
                }
                for resource in entry["resources"]?.array ?? [] {
                    guard let found = aggregated(resource, Version(group: group, version: version)) else { continue }
                    catalog.add(found)
                }
            }
        }
        return true
    }

    /// Nil for entries that only carry subresources.
    private static func aggregated(_ json: JSON, _ version: Version) -> APIResource? {
        guard let plural = json["resource"]?.string, !plural.isEmpty,
            let kind = json["responseKind"]?["kind"]?.string, !kind.isEmpty
        else { return nil }
        return APIResource(
            gvk: GroupVersionKind(group: version.group, version: version.version, kind: kind),
            plural: plural,
            isNamespaced: json["scope"]?.string == "Namespaced",
            verbs: Set(json["verbs"]?.array?.compactMap(\.string) ?? []),
            shortNames: json["shortNames"]?.array?.compactMap(\.string) ?? []
        )
    }

    /// The versions that a plain `APIVersions` or `APIGroupList` names, each group's preferred one first; nil when it is
    /// neither.
    static func versions(_ json: JSON) -> [Version]? {
        if json["kind"]?.string == "APIVersions" {
            return json["versions"]?.array?.compactMap(\.string).map { Version(group: "", version: $0) }
        }
        guard let groups = json["groups"]?.array else { return json["groups"]?.isNull == true ? [] : nil }
        return groups.flatMap { group -> [Version] in
            guard let name = group["name"]?.string, !name.isEmpty else { return [] }
            let all = group["versions"]?.array?.compactMap { $0["version"]?.string } ?? []
            let preferred = group["preferredVersion"]?["version"]?.string
            let ordered = all.filter { $0 == preferred } + all.filter { $0 != preferred }
            return ordered.map { Version(group: name, version: $0) }
        }
    }

    /// The resources of a plain `APIResourceList`, without subresources; nil when it has no list.
    static func resources(_ json: JSON, of version: Version) -> [APIResource]? {
        guard let items = json["resources"]?.array else { return json["resources"]?.isNull == true ? [] : nil }
        return items.compactMap { item in
            guard let plural = item["name"]?.string, !plural.isEmpty, !plural.contains("/"),
                let kind = item["kind"]?.string, !kind.isEmpty
            else { return nil }
            return APIResource(
                gvk: GroupVersionKind(group: version.group, version: version.version, kind: kind),
                plural: plural,
                isNamespaced: item["namespaced"]?.bool == true,
                verbs: Set(item["verbs"]?.array?.compactMap(\.string) ?? []),
                shortNames: item["shortNames"]?.array?.compactMap(\.string) ?? []
            )
        }
    }
}
