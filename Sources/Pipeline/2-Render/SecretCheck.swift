// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import YAMLText

/// Finds in a Secret from git what the API server would refuse, and what it would drop or read as something else. Said
/// here, because the server's own words quote the values.
enum SecretCheck {
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

    private static let keyRemedy =
        "use letters, digits, '-', '_' and '.', 253 at most, and put a blank behind the colon"

    /// Everything that is wrong with the values; empty for another kind.
    static func faults(of json: JSON) -> [Fault] {
        guard isSecret(json), let object = json.object else { return [] }
        var faults: [Fault] = []
        for key in object.keys where !members.contains(key) {
            let problem = isKey(key) ? "a Secret has no field \(key)" : "a Secret has no field of such a name"
            faults.append(Fault(path: [.key(key)], problem: problem, remedy: "correct or remove it"))
        }
        if let type = object["type"], !type.isNull, type.string == nil {
            faults.append(fault(["type"], "type", "text", type))
        }
        if let immutable = object["immutable"], !immutable.isNull, immutable.bool == nil {
            faults.append(fault(["immutable"], "immutable", "true or false", immutable))
        }
        return faults + values(object["data"], "data", isBase64: true) + values(object["stringData"], "stringData")
    }

    /// Keys whose value in `data` gives way to another one in `stringData`, as on the server; of what has no faults.
    static func overruled(in json: JSON) -> [String] {
        guard isSecret(json), let texts = json["stringData"]?.object else { return [] }
        return texts.compactMap { member -> String? in
            guard let data = json["data"]?[member.key]?.string else { return nil }
            let isSame = Redactor.bytes(base64: data) == Array((member.value.string ?? "").utf8)
            return isSame ? nil : member.key
        }
    }

    private static func isSecret(_ json: JSON) -> Bool {
        let apiVersion = json["apiVersion"]?.string ?? ""
        return GroupVersionKind(apiVersion: apiVersion, kind: json["kind"]?.string ?? "").groupKind.isSecret
    }

    /// Whether the API server takes it as a key. What it does not take is never told: `TOKEN:abc` without the blank is a
    /// key, too.
    private static func isKey(_ key: String) -> Bool {
        guard (1...253).contains(key.utf8.count), key != ".", !key.hasPrefix("..") else { return false }
        return key.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
            default: false
            }
        }
    }

    private static func fault(_ path: [YAMLPathStep], _ place: String, _ wanted: String, _ found: JSON) -> Fault {
        let remedy = wanted == "text" ? "put the value in quotes" : ""
        return Fault(path: path, problem: "\(place): expected \(wanted), found a \(found.typeName)", remedy: remedy)
    }

    private static func values(_ value: JSON?, _ field: String, isBase64: Bool = false) -> [Fault] {
        guard let value, !value.isNull else { return [] }
        guard let members = value.object else { return [fault([.key(field)], field, "a map", value)] }
        return members.compactMap { member in
            let path: [YAMLPathStep] = [.key(field), .key(member.key)]
            let place = "\(field).\(member.key)"
            guard isKey(member.key) else {
                let problem = "\(field) has a key that the API server does not take"
                return Fault(path: path, problem: problem, remedy: Self.keyRemedy)
            }
            // An empty value to the server, as to kubectl.
            if member.value.isNull { return nil }
            guard let text = member.value.string else { return fault(path, place, "text", member.value) }
            guard isBase64, !isStandardBase64(text) else { return nil }
            let remedy = "encode it (printf %s VALUE | base64), or put the plain text below stringData"
            return Fault(path: path, problem: "\(place) is no base64 text", remedy: remedy)
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
