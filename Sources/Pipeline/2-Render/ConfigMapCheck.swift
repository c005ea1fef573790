// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import YAMLText

/// Finds in a ConfigMap from git the keys and the size that the API server would refuse.
struct ConfigMapCheck {
    /// Everything that is wrong; empty for another kind.
    private(set) var faults: CappedList<SecretCheck.Fault>

    init(limits: RenderLimits) { faults = CappedList(limit: limits.maxProblems) }

    mutating func run(_ json: JSON) {
        guard json["kind"]?.string == "ConfigMap", json["apiVersion"]?.string == "v1" else { return }
        var bytes = 0
        for field in ["data", "binaryData"] {
            for member in json[field]?.object ?? JSONObject() {
                if !DataKey.isValid(member.key) { report(member.key, in: field) }
                guard let text = member.value.string else { continue }
                bytes += field == "data" ? text.utf8.count : DataKey.decodedBytes(base64: text) ?? 0
            }
        }
        guard bytes > DataKey.maxBytes else { return }
        let field = json["data"] == nil ? "binaryData" : "data"
        let problem = "the values have \(bytes) bytes; an API server takes \(DataKey.maxBytes)"
        faults.append(SecretCheck.Fault(path: [.key(field)], problem: problem, remedy: "split the ConfigMap"))
    }

    private mutating func report(_ key: String, in field: String) {
        let problem = "\(field).\(key.shownAsKey) is no key that an API server takes"
        let path: [YAMLPathStep] = [.key(field), .key(key)]
        faults.append(SecretCheck.Fault(path: path, problem: problem, remedy: DataKey.remedy))
    }
}
