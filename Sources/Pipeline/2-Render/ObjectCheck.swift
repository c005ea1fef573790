// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import YAMLText

/// Decides whether one value from git is an object that may be applied, and removes what only the server may set. The
/// messages name fields and types, never values.
struct ObjectCheck {
    /// Something that keeps the object from being applied.
    struct Fault {
        let path: [YAMLPathStep]
        let problem: String
        let remedy: String
    }

    private(set) var faults: CappedList<Fault>
    /// Paths that were removed although they had a value.
    private(set) var stripped: [String] = []
    /// Keys of a Secret of which `stringData` says another value than `data`.
    private(set) var overruled: [String] = []
    /// Whether it names an owner by the uid of an object of one cluster. No fault: kubectl applies it as well.
    var isOwnedByUID: Bool {
        (json["metadata"]?["ownerReferences"]?.array ?? []).contains { $0["uid"]?.string != nil }
    }
    /// The object as it is to be applied; nil when the value is not an object.
    private(set) var object: KubeObject?
    private var json: JSON
    private let limits: RenderLimits

    init(_ json: JSON, limits: RenderLimits) {
        self.json = json
        self.limits = limits
        faults = CappedList(limit: limits.maxProblems)
    }

    mutating func run() {
        strip()
        checkServerFields()
        checkTexts()
        checkData()
        overruled = SecretCheck.overruled(in: json)
        guard !hasNoIdentity else { return reportNoIdentity() }
        do throws(KubeObjectError) {
            let object = try KubeObject(withoutWrongTexts)
            checkNames(object)
            checkOwnership(object)
            checkSize(object)
            self.object = object
        } catch {
            report(error)
        }
    }

    private mutating func checkData() {
        var secret = SecretCheck(limits: limits)
        secret.run(json)
        for found in secret.faults.elements { fault(found.path, found.problem, found.remedy) }
        faults.count(more: secret.faults.more)
    }

    private mutating func fault(_ path: [YAMLPathStep], _ problem: String, _ remedy: String) {
        faults.append(Fault(path: path, problem: problem, remedy: remedy))
    }

    /// Neither `apiVersion` nor `kind`: not meant as an object at all.
    private var hasNoIdentity: Bool { json["apiVersion"] == nil && json["kind"] == nil }

    private mutating func reportNoIdentity() {
        let remedy = "add apiVersion and kind, or move the file out of the synced folder"
        fault([], "no Kubernetes object: apiVersion and kind are missing", remedy)
    }

    private mutating func report(_ error: KubeObjectError) {
        let isGenerated = json["metadata"]?["name"] == nil && json["metadata"]?["generateName"] != nil
        if error.keys == ["metadata", "name"], isGenerated { return reportGeneratedName() }
        let remedy = error.problem.isAbsence ? "add it" : ""
        fault(error.keys.map { .key($0) }, "\(error.path) \(error.problem)", remedy)
    }

    private mutating func reportGeneratedName() {
        fault(["metadata", "generateName"], "cannot use generate name with apply", "give the object a metadata.name")
    }
}

// MARK: - Labels and annotations

extension ObjectCheck {
    private static let textMaps = ["labels", "annotations"]

    /// Reports every label and annotation that is not a string, where `KubeObject` reports only the first.
    private mutating func checkTexts() {
        for map in Self.textMaps {
            for member in json["metadata"]?[map]?.object ?? JSONObject() where member.value.string == nil {
                let place = "metadata.\(map).\(member.key.shownAsKey)"
                let problem = "\(place) expected text, found a \(member.value.typeName)"
                fault(["metadata", .key(map), .key(member.key)], problem, "put the value in quotes")
            }
        }
    }

    /// The object without what ``checkTexts`` has reported, so that the rest of it is checked as well.
    private var withoutWrongTexts: JSON {
        var result = json
        for map in Self.textMaps {
            guard let members = json["metadata"]?[map]?.object else { continue }
            let good = members.filter { $0.value.string != nil }
            if good.count < members.count { result["metadata"]?[map] = .object(JSONObject(good)) }
        }
        return result
    }
}

// MARK: - What only the server sets

extension ObjectCheck {
    private static let ignoredMetadata = ["creationTimestamp", "generation", "selfLink", "deletionTimestamp"]
    private static let refusedMetadata = ["resourceVersion", "uid", "managedFields"]

    private mutating func strip() {
        // A definition too: its main resource ignores `status`, and what generators write there has no effect.
        if let status = json["status"] {
            json["status"] = nil
            let isGenerated = json["kind"]?.string == "CustomResourceDefinition"
            if !status.isBlank, !isGenerated { stripped.append("status") }
        }
        guard let metadata = json["metadata"]?.object else { return }
        for key in Self.ignoredMetadata {
            guard let value = metadata[key] else { continue }
            json["metadata"]?[key] = nil
            if !value.isNull { stripped.append("metadata.\(key)") }
        }
        for key in Self.refusedMetadata where metadata[key]?.isNull == true { json["metadata"]?[key] = nil }
        if metadata["annotations"]?[WireName.lastApplied] != nil {
            json["metadata"]?["annotations"]?[WireName.lastApplied] = nil
            stripped.append("the annotation \(WireName.lastApplied)")
        }
    }

    private mutating func checkServerFields() {
        for key in Self.refusedMetadata where json["metadata"]?[key] != nil {
            let problem = "metadata.\(key) is the server's to set and ties the object to one cluster"
            fault(["metadata", .key(key)], problem, "remove it")
        }
    }
}

// MARK: - What could do harm

extension ObjectCheck {
    private mutating func checkNames(_ object: KubeObject) {
        if object.name.isEmpty {
            if json["metadata"]?["generateName"] != nil {
                reportGeneratedName()
            } else {
                fault(["metadata", "name"], "metadata.name is empty", "give the object a name")
            }
        }
        // Such a name would change the path of the request.
        for (path, value) in [("name", object.name), ("namespace", object.namespace)] {
            // Names of RBAC objects may contain spaces.
            let text = path == "name" ? value.filter { $0 != " " } : value
            guard !Self.isPathSegment(text) || text.isEmpty && !value.isEmpty else { continue }
            let problem =
                "metadata.\(path) is '.' or '..', or holds '/', '%'"
                + (path == "name" ? " or a control character" : ", a blank or a control character")
            fault(["metadata", .key(path)], problem, "use letters, digits, '-' and '.'")
        }
        let apiVersion = json["apiVersion"]?.string ?? ""
        let segments = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        if segments.count > 2 || segments.contains(where: { $0.isEmpty || !Self.isPathSegment(String($0)) }) {
            fault(["apiVersion"], "apiVersion is neither 'version' nor 'group/version'", "correct it, as in apps/v1")
        }
    }

    private static func isPathSegment(_ text: String) -> Bool {
        text != "." && text != ".."
            && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "%") }
    }

    private mutating func checkOwnership(_ object: KubeObject) {
        let member = WireName.applySetPartOf
        if object.label(member) != nil {
            let problem = "the object already says which apply set it belongs to (label \(member))"
            fault(["metadata", "labels", .key(member)], problem, "remove the label; it is set on apply")
        }
        let parent = WireName.applySetID
        if object.label(parent) != nil {
            let problem = "the object is the parent of an ApplySet (label \(parent)), which only its tool may write"
            fault(["metadata", "labels", .key(parent)], problem, "remove it from git")
        }
        let sops = object.json["sops"]
        if sops?.object != nil || sops != nil && object.gvk.groupKind.isSecret {
            fault(
                ["sops"],
                "the object is encrypted with SOPS, which is not supported",
                "commit a reference to the secret"
            )
        }
    }

    private mutating func checkSize(_ object: KubeObject) {
        let nodes = object.json.nodeCount
        if nodes > limits.maxObjectNodes {
            let problem = "the object has \(nodes) lists, maps and scalars; the limit is \(limits.maxObjectNodes)"
            fault([], problem, "split it")
        }
        let size = object.json.approximateBytes
        if size > limits.maxObjectBytes {
            let problem = "the object has about \(size) bytes; an API server takes \(limits.maxObjectBytes)"
            fault([], problem, "split it")
        }
        let annotations = object.metadata["annotations"]?.object ?? JSONObject()
        let annotationBytes = ObjectLimits.bytes(ofAnnotations: annotations)
        if annotationBytes > limits.maxAnnotationBytes {
            let problem =
                "the annotations have \(annotationBytes) bytes; an API server takes \(limits.maxAnnotationBytes)"
            fault(["metadata", "annotations"], problem, "shorten them")
        }
    }
}

extension JSON {
    /// Null, or a list or map without anything in it.
    fileprivate var isBlank: Bool {
        switch self {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let object): object.isEmpty
        default: false
        }
    }

    /// Lists, maps and scalars.
    fileprivate var nodeCount: Int {
        switch self {
        case .null, .bool, .int, .double, .string: 1
        case .array(let elements): elements.reduce(1) { $0 + $1.nodeCount }
        case .object(let object): object.reduce(1) { $0 + $1.value.nodeCount }
        }
    }

    /// The size of the JSON text, short of escapes.
    fileprivate var approximateBytes: Int {
        switch self {
        case .null, .bool, .int, .double: 5
        case .string(let text): text.utf8.count + 2
        case .array(let elements): elements.reduce(2) { $0 + $1.approximateBytes + 1 }
        case .object(let object): object.reduce(2) { $0 + $1.key.utf8.count + 4 + $1.value.approximateBytes }
        }
    }
}
