// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import ClusterStore
import KubeObjects

/// A CustomResourceDefinition: the resources that it makes, and what the server says of it in its status.
struct CustomDefinition: Sendable {
    static let resource = GroupResource(group: "apiextensions.k8s.io", resource: "customresourcedefinitions")
    /// Holds a deleted definition until its objects are gone.
    static let finalizer = "customresourcecleanup.apiextensions.k8s.io"

    let json: JSON
    let group: String
    private let names: JSON
    private let versions: [JSON]

    /// Reads a definition (`apiextensions.k8s.io/v1`); nil when it lacks what validation demands.
    init?(_ json: JSON) {
        guard let group = json["spec"]?["group"]?.string, let names = json["spec"]?["names"],
            let versions = json["spec"]?["versions"]?.array
        else { return nil }
        self.json = json
        self.group = group
        self.names = names
        self.versions = versions.sorted {
            CustomDefinition.precedes($0["name"]?.string ?? "", $1["name"]?.string ?? "")
        }
    }

    /// The table of its objects.
    var table: GroupResource { GroupResource(group: group, resource: names["plural"]?.string ?? "") }

    /// One resource for each served version, the preferred one first.
    var servedResources: [RegisteredResource] {
        let storage = versions.first { $0["storage"]?.bool == true }?["name"]?.string
        return versions.compactMap { version in
            guard version["served"]?.bool == true, let name = version["name"]?.string,
                let kind = names["kind"]?.string, let plural = names["plural"]?.string,
                let schema = SchemaCatalog.schema(ofDefinition: json, version: name)
            else { return nil }
            let texts = { (key: String) in names[key]?.array?.compactMap(\.string) ?? [] }
            return RegisteredResource(
                gvk: GroupVersionKind(group: group, version: name, kind: kind),
                plural: plural,
                singular: names["singular"]?.string,
                isNamespaced: json["spec"]?["scope"]?.string == "Namespaced",
                shortNames: texts("shortNames"),
                categories: texts("categories"),
                verbs: ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
                hasStatus: version["subresources"]?["status"] != nil,
                hasGeneration: true,
                scale: CustomDefinition.scale(version["subresources"]?["scale"]),
                storageVersion: storage,
                schema: schema,
                customColumns: version["additionalPrinterColumns"]?.array ?? [],
                deprecationWarning: deprecation(version, kind: kind)
            )
        }
    }

    private func deprecation(_ version: JSON, kind: String) -> String? {
        guard version["deprecated"]?.bool == true else { return nil }
        if let text = version["deprecationWarning"]?.string { return text }
        let name = version["name"]?.string ?? ""
        let newest = versions.first { $0["served"]?.bool == true && $0["deprecated"]?.bool != true }?["name"]?.string
        let warning = "\(group)/\(name) \(kind) is deprecated"
        guard let newest, CustomDefinition.precedes(newest, name) else { return warning }
        return "\(warning); use \(group)/\(newest) \(kind)"
    }

    private static func scale(_ json: JSON?) -> RegisteredResource.Scale? {
        guard let json else { return nil }
        let path = { (key: String) in
            json[key]?.string.map { $0.split(separator: ".").map(String.init) }
        }
        guard let spec = path("specReplicasPath"), let status = path("statusReplicasPath") else { return nil }
        return .init(specReplicas: spec, statusReplicas: status, selector: path("labelSelectorPath"))
    }

    /// The definition with its names accepted, established, and its storage version on record.
    var established: JSON {
        var result = json
        let conditions = json["status"]?["conditions"]?.array ?? []
        let accepted = CustomDefinition.condition("NamesAccepted", "NoConflicts", "no conflicts found")
        let established = CustomDefinition.condition(
            "Established",
            "InitialNamesAccepted",
            "the initial names have been accepted"
        )
        let isNew = { (type: String) in
            !conditions.contains { $0["type"]?.string == type && $0["status"]?.string == "True" }
        }
        var next = conditions.filter { entry in
            !["NamesAccepted", "Established"].contains { $0 == entry["type"]?.string && isNew($0) }
        }
        if isNew("NamesAccepted") { next.append(accepted) }
        if isNew("Established") { next.append(established) }
        result[["status", "conditions"]] = .array(next)
        result[["status", "acceptedNames"]] = names
        var stored = json["status"]?["storedVersions"]?.array ?? []
        if let version = versions.first(where: { $0["storage"]?.bool == true })?["name"], !stored.contains(version) {
            stored.append(version)
        }
        result[["status", "storedVersions"]] = .array(stored)
        return result
    }

    private static func condition(_ type: String, _ reason: String, _ message: String) -> JSON {
        [
            "type": .string(type), "status": "True", "lastTransitionTime": .string(ClusterTime.now.text),
            "reason": .string(reason), "message": .string(message),
        ]
    }

    /// Kubernetes' order of versions: stable ones before beta before alpha, each by descending numbers; others behind,
    /// by name.
    static func precedes(_ left: String, _ right: String) -> Bool {
        switch (rank(left), rank(right)) {
        case (let a?, let b?): return a > b
        case (_?, nil): return true
        case (nil, _?): return false
        case (nil, nil): return left.precedesInByteOrder(right)
        }
    }

    private static func rank(_ version: String) -> (Int, Int, Int)? {
        guard let match = version.wholeMatch(of: #/v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?/#),
            let major = Int(match.output.1)
        else { return nil }
        switch match.output.2 {
        case "alpha": return (0, major, match.output.3.flatMap { Int($0) } ?? 0)
        case "beta": return (1, major, match.output.3.flatMap { Int($0) } ?? 0)
        default: return (2, major, 0)
        }
    }
}
