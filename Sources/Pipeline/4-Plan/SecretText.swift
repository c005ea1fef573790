// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// A Secret's write-only `stringData`, seen as the `data` that the server makes of it.
package enum SecretText {
    /// The manifest with `stringData` moved into `data` (it wins over `data`, as on the server); other kinds as they are.
    package static func normalized(_ object: KubeObject) -> KubeObject {
        guard object.gvk.groupKind.isSecret,
            let texts = object.json["stringData"]?.object
        else { return object }
        var json = object.json
        json["stringData"] = nil
        // Made in one go: the last of a repeated key counts.
        var members = json["data"]?.object?.members ?? []
        let before = members.count
        for member in texts {
            // Null is an empty text to the server; anything else was refused when the manifest was read.
            let text = member.value.string ?? ""
            guard member.value.string != nil || member.value.isNull else { continue }
            members.append(JSONObject.Member(key: member.key, value: .string(Base64.text(of: Array(text.utf8)))))
        }
        if members.count > before { json["data"] = .object(JSONObject(members)) }
        var result = object
        result.json = json
        return result
    }
}
