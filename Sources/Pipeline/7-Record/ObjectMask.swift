// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// Turns two states of an object into what may be shown of them: cleaned of the server's bookkeeping and with every
/// secret masked. Both states are masked together, so that a mask can tell whether the value behind it changed.
enum ObjectMask {
    /// The fields that identify the object. They stand in git unencrypted, so they are not searched for secrets.
    private static let identity: [[String]] = [
        ["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"],
    ]

    private static let bookkeeping = [
        "managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink",
    ]

    static func mask(before: KubeObject?, after: KubeObject?, by redactor: Redactor) -> (before: JSON?, after: JSON?) {
        let objects = [before, after].map { $0.map(SecretText.normalized) }
        let secrets = Redactor()
        for case .some(let object) in objects { secrets.register(secretObject: object) }
        let texts = TextMask(redactor: redactor, secrets: secrets, objects: objects.compactMap { $0?.json })
        let pair = PairMask(redactor: texts)
        let isSecret = (after ?? before)?.gvk.groupKind.isSecret == true
        let masked = pair.mask(objects[0].map(clean), objects[1].map(clean), isSecret: isSecret)
        return (identified(masked.before, as: before), identified(masked.after, as: after))
    }

    /// The masked object with its names as they are.
    private static func identified(_ masked: JSON?, as object: KubeObject?) -> JSON? {
        guard var masked, let object else { return masked }
        for path in identity {
            if masked[path]?.string != nil, let name = object.json[path]?.string { masked[path] = .string(name) }
        }
        return masked
    }

    /// The object without status and without what only the server writes.
    private static func clean(_ object: KubeObject) -> JSON {
        var json = object.json
        json["status"] = nil
        var metadata = json["metadata"] ?? .object(JSONObject())
        for key in bookkeeping { metadata[key] = nil }
        if var annotations = metadata["annotations"], annotations[WireName.lastApplied] != nil {
            annotations[WireName.lastApplied] = nil
            let rest: JSON? = annotations
            metadata["annotations"] = annotations.object?.isEmpty == true ? .none : rest
        }
        json["metadata"] = metadata
        return json
    }
}
