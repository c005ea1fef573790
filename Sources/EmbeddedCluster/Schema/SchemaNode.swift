// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What may stand at one place of an object, and how two writers' values are merged there.
///
/// The same tree serves server-side apply, strategic merge patches, unknown-field checks and OpenAPI documents.
package indirect enum SchemaNode: Sendable, Hashable {
    /// One value that is replaced as a whole.
    case scalar(SchemaScalar)
    /// A map with declared fields.
    case structure(SchemaStructure)
    /// A map of free keys to values of one schema. Atomic: one owner, replaced as a whole.
    case map(SchemaNode, isAtomic: Bool)
    /// A list.
    case list(SchemaList)
    /// A declared type of the built-in tables by its key, such as `core/v1.Container`; see ``resolved``.
    case reference(String)
    /// The same type, but its fields have owners of their own although the type is atomic elsewhere.
    case granular(SchemaNode)
    /// Anything: merged by the value's own shape (maps by key, lists as a whole). Nothing below it is unknown.
    case untyped
    /// Anything, replaced as a whole, such as a `raw` extension or a JSON value.
    case atomicUntyped

    /// The node itself, or what a reference stands for; a reference to no known type is `untyped`.
    package var resolved: SchemaNode {
        switch self {
        case .reference(let key): return BuiltInTypes.shared[key].map(SchemaNode.structure) ?? .untyped
        case .granular(let node):
            guard let structure = node.structure else { return node.resolved }
            return .structure(SchemaStructure(name: structure.name, fields: structure.fields))
        default: return self
        }
    }

    /// The fields when this is (or refers to) a structure, else nil.
    package var structure: SchemaStructure? {
        if case .structure(let structure) = resolved { structure } else { nil }
    }
}

/// The scalar types of the API.
package enum SchemaScalar: String, Sendable, Hashable {
    case string, bool, int32, int64
    /// A JSON number with a fraction.
    case float
    /// Text or number such as `500m`, `1Gi`, `0.5`.
    case quantity
    /// A number or a text such as `80` or `"http"`.
    case intOrString = "intstr"
    /// RFC 3339 with seconds.
    case time
    /// RFC 3339 with microseconds.
    case microTime = "microtime"
    /// Base64 text.
    case bytes
}

/// A list and how its items are told apart.
package struct SchemaList: Sendable, Hashable {
    /// What makes two items the same item.
    package enum Kind: Sendable, Hashable {
        /// The list is one value with one owner.
        case atomic
        /// Scalars without repeats.
        case set
        /// Maps told apart by the values of these fields.
        case map(keys: [String])
    }

    package let kind: Kind
    package let item: SchemaNode
    /// The field by which a strategic merge patch finds an item; nil: the patch replaces the list. Empty: a set of scalars.
    package let patchMergeKey: String?

    package init(kind: Kind, item: SchemaNode, patchMergeKey: String? = nil) {
        self.kind = kind
        self.item = item
        self.patchMergeKey = patchMergeKey
    }
}

/// A map with declared fields.
package struct SchemaStructure: Sendable, Hashable {
    /// The type's key, such as `apps/v1.DeploymentSpec`; empty for a part of a custom resource.
    package let name: String
    package let fields: [String: SchemaField]
    /// The whole map is one value with one owner.
    package let isAtomic: Bool
    /// Fields that are not declared are kept (`x-kubernetes-preserve-unknown-fields`).
    package let preservesUnknownFields: Bool

    package init(
        name: String = "",
        fields: [String: SchemaField],
        isAtomic: Bool = false,
        preservesUnknownFields: Bool = false
    ) {
        self.name = name
        self.fields = fields
        self.isAtomic = isAtomic
        self.preservesUnknownFields = preservesUnknownFields
    }
}

/// One declared field of a structure.
package struct SchemaField: Sendable, Hashable {
    /// What a typed server writes when the field has its zero value.
    package enum Presence: Sendable, Hashable {
        /// Left out when empty: `""`, `0`, `false`, `[]`, `{}`.
        case omittedWhenEmpty
        /// Left out only when absent; a zero that was given stays.
        case omittedWhenAbsent
        /// Always written, with its zero value when absent (`{}` for a structure, `null` for a list or map).
        case always
    }

    package let node: SchemaNode
    package let presence: Presence
    /// A strategic merge patch keeps only the keys that the patch lists under `$retainKeys`.
    package let retainsKeys: Bool
    /// Stands in for the field where it is a list key and absent, such as `TCP` for a port's protocol.
    package let keyDefault: JSON?
    /// One sentence for `kubectl explain`; empty when there is none.
    package let description: String

    package init(
        _ node: SchemaNode,
        presence: Presence = .omittedWhenEmpty,
        retainsKeys: Bool = false,
        keyDefault: JSON? = nil,
        description: String = ""
    ) {
        self.node = node
        self.presence = presence
        self.retainsKeys = retainsKeys
        self.keyDefault = keyDefault
        self.description = description
    }
}
