// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import YAMLText

/// Finds in a Secret from git what the API server would refuse, and what it would drop or read as something else.
/// Reported here, because the server's own messages quote the values.
struct SecretCheck {
    /// Something that is wrong, with the path to it.
    struct Fault {
        let path: [YAMLPathStep]
        let problem: String
        let remedy: String
    }

    /// What belongs to a place where something else was found.
    private enum Wanted: String {
        case text
        case flag = "true or false"
        case map = "a map"

        /// Empty where the problem needs none.
        var remedy: String { self == .text ? "put the value in quotes" : "" }
    }

    private static let members: Set<String> = [
        "apiVersion", "kind", "metadata", "data", "stringData", "type", "immutable",
        // Reported elsewhere, where ownership is checked.
        "sops",
    ]

    /// Everything that is wrong; empty for another kind.
    private(set) var faults: CappedList<Fault>

    init(limits: RenderLimits) { faults = CappedList(limit: limits.maxProblems) }

    mutating func run(_ json: JSON) {
        guard Self.isSecret(json), let object = json.object else { return }
        for member in object where !Self.members.contains(member.key) {
            // A key that no API server accepts is never printed: in `TOKEN:abc`, without the space, the value is part
            // of it.
            let name = DataKey.isValid(member.key) ? "field \(member.key.shownAsKey)" : "field of such a name"
            fault([.key(member.key)], "a Secret has no \(name)", "correct or remove it")
        }
        if let type = object["type"], !type.isNull, type.string == nil {
            wrongType(["type"], "type", .text, type)
        }
        if let immutable = object["immutable"], !immutable.isNull, immutable.bool == nil {
            wrongType(["immutable"], "immutable", .flag, immutable)
        }
        checkValues(object["data"], "data", isBase64: true)
        checkValues(object["stringData"], "stringData")
        checkSize(object)
    }

    /// Keys whose value in `data` gives way to another one in `stringData`, as on the server; of what has no faults.
    static func overruled(in json: JSON) -> [String] {
        guard isSecret(json), let texts = json["stringData"]?.object else { return [] }
        return texts.compactMap { member -> String? in
            guard let data = json["data"]?[member.key]?.string else { return nil }
            let isSame = Base64.bytes(of: data, padding: .optional) == Array((member.value.string ?? "").utf8)
            return isSame ? nil : member.key
        }
    }

    private static func isSecret(_ json: JSON) -> Bool {
        let apiVersion = json["apiVersion"]?.string ?? ""
        return GroupVersionKind(apiVersion: apiVersion, kind: json["kind"]?.string ?? "").groupKind.isSecret
    }

    /// How much memory it costs to recognise the values of a Secret in all texts; 0 for another kind.
    static func cost(of object: KubeObject) -> Int {
        guard object.gvk.groupKind.isSecret else { return 0 }
        let encoded = object.json["data"]?.object ?? JSONObject()
        let texts = object.json["stringData"]?.object ?? JSONObject()
        let bytes =
            encoded.reduce(0) { $0 + ($1.value.string?.utf8.count ?? 0) * 3 / 4 }
            + texts.reduce(0) { $0 + ($1.value.string?.utf8.count ?? 0) }
        return bytes + (encoded.count + texts.count) * RenderLimits.secretValueBytes
    }

    private mutating func fault(_ path: [YAMLPathStep], _ problem: String, _ remedy: String) {
        faults.append(Fault(path: path, problem: problem, remedy: remedy))
    }

    private mutating func wrongType(_ path: [YAMLPathStep], _ place: String, _ wanted: Wanted, _ found: JSON) {
        fault(path, "\(place): expected \(wanted.rawValue), found a \(found.typeName)", wanted.remedy)
    }

    private mutating func checkValues(_ value: JSON?, _ field: String, isBase64: Bool = false) {
        guard let value, !value.isNull else { return }
        guard let members = value.object else { return wrongType([.key(field)], field, .map, value) }
        for member in members {
            let path: [YAMLPathStep] = [.key(field), .key(member.key)]
            let place = "\(field).\(member.key.shownAsKey)"
            guard DataKey.isValid(member.key) else {
                let problem = "\(field) has a key that the API server does not take"
                fault(path, problem, "\(DataKey.remedy), and put a blank behind the colon")
                continue
            }
            // Null is an empty value to the server, as to kubectl.
            if member.value.isNull { continue }
            guard let text = member.value.string else {
                wrongType(path, place, .text, member.value)
                continue
            }
            guard isBase64, Base64.count(of: text) == nil else { continue }
            let remedy = "encode it (printf %s VALUE | base64), or put the plain text below stringData"
            fault(path, "\(place) is no base64 text", remedy)
        }
    }

    /// What the server counts: `data`, with the entries of `stringData` that override it.
    private mutating func checkSize(_ object: JSONObject) {
        let texts = object["stringData"]?.object ?? JSONObject()
        var bytes = texts.reduce(0) { $0 + ($1.value.string?.utf8.count ?? 0) }
        for member in object["data"]?.object ?? JSONObject() where texts[member.key] == nil {
            bytes += member.value.string.flatMap(Base64.count) ?? 0
        }
        guard bytes > DataKey.maxBytes else { return }
        let field = texts.isEmpty ? "data" : "stringData"
        let problem = "the values have \(bytes) bytes; an API server takes \(DataKey.maxBytes)"
        fault([.key(field)], problem, "split the Secret")
    }
}
