// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import YAMLText

/// Finds in a Secret from git what the API server would refuse, and what it would drop or read as something else. Said
/// here, because the server's own words quote the values.
struct SecretCheck {
    /// Something that is wrong, with the path to it.
    struct Fault {
        let path: [YAMLPathStep]
        let problem: String
        let remedy: String
    }

    private static let members: Set<String> = [
        "apiVersion", "kind", "metadata", "data", "stringData", "type", "immutable",
        // Told as what it is where ownership is looked at.
        "sops",
    ]

    /// Everything that is wrong; empty for another kind.
    private(set) var faults: CappedList<Fault>

    init(limits: RenderLimits) { faults = CappedList(limit: limits.maxProblems) }

    mutating func run(_ json: JSON) {
        let apiVersion = json["apiVersion"]?.string ?? ""
        let kind = GroupVersionKind(apiVersion: apiVersion, kind: json["kind"]?.string ?? "").groupKind
        guard kind.isSecret, let object = json.object else { return }
        for member in object where !Self.members.contains(member.key) {
            fault([.key(member.key)], "a Secret has no field \(member.key)", "correct or remove it")
        }
        if let type = object["type"], !type.isNull, type.string == nil {
            wrongType(["type"], "type", "text", type)
        }
        if let immutable = object["immutable"], !immutable.isNull, immutable.bool == nil {
            wrongType(["immutable"], "immutable", "true or false", immutable)
        }
        checkValues(object["data"], "data", isBase64: true)
        checkValues(object["stringData"], "stringData")
    }

    /// What the values of a Secret cost who has to recognise them everywhere; 0 for another kind.
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

    private mutating func wrongType(_ path: [YAMLPathStep], _ place: String, _ wanted: String, _ found: JSON) {
        let remedy = wanted == "text" ? "put the value in quotes" : ""
        fault(path, "\(place): expected \(wanted), found a \(found.typeName)", remedy)
    }

    private mutating func checkValues(_ value: JSON?, _ field: String, isBase64: Bool = false) {
        guard let value, !value.isNull else { return }
        guard let members = value.object else { return wrongType([.key(field)], field, "a map", value) }
        for member in members {
            let path: [YAMLPathStep] = [.key(field), .key(member.key)]
            let place = "\(field).\(member.key)"
            // Null is an empty value to the server, as to kubectl.
            if member.value.isNull { continue }
            guard let text = member.value.string else {
                wrongType(path, place, "text", member.value)
                continue
            }
            guard isBase64, !Self.isStandardBase64(text) else { continue }
            let remedy = "encode it (printf %s VALUE | base64), or put the plain text below stringData"
            fault(path, "\(place) is no base64 text", remedy)
        }
    }

    /// Whether Go's standard decoder takes it: letters in groups of four, padded, with line breaks anywhere.
    private static func isStandardBase64(_ text: String) -> Bool {
        var letters = 0
        var padding = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0A, 0x0D: continue
            case UInt8(ascii: "="): padding += 1
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"):
                if padding > 0 { return false }
                letters += 1
            default: return false
            }
        }
        return padding <= 2 && (letters + padding) % 4 == 0 && (padding == 0 || letters % 4 == 4 - padding)
    }
}
