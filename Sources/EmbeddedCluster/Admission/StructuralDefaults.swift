// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Fills in the `default` values of a structural schema.
enum StructuralDefaults {
    /// The value with defaults for absent members at every level. A null that is not allowed counts as absent.
    static func apply(to value: JSON, schema: JSON) -> JSON {
        switch value {
        case .object(var members):
            for property in schema["properties"]?.object ?? JSONObject() {
                let standard = property.value["default"]
                let isNullable = property.value["nullable"]?.bool == true
                if let present = members[property.key], !present.isNull || isNullable {
                    members[property.key] = apply(to: present, schema: property.value)
                } else {
                    members[property.key] = standard.map { apply(to: $0, schema: property.value) }
                }
            }
            if let element = schema["additionalProperties"], element.object != nil {
                let declared = schema["properties"]
                for member in members where declared?[member.key] == nil {
                    members[member.key] = apply(to: member.value, schema: element)
                }
            }
            return .object(members)
        case .array(let items):
            guard let element = schema["items"] else { return value }
            return .array(items.map { apply(to: $0, schema: element) })
        default: return value
        }
    }
}
