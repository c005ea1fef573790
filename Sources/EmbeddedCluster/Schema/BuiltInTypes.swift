// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The types of the built-in kinds, read once from the tables of this folder.
package struct BuiltInTypes: Sendable {
    /// The one table of this process.
    package static let shared = BuiltInTypes()

    private let structures: [String: SchemaStructure]
    /// The kinds with their schemas.
    package let kinds: [GroupVersionKind: KindSchema]

    private init() {
        structures = [:]
        kinds = [:]
    }

    /// The type with this key, such as `core/v1.Container`.
    package subscript(key: String) -> SchemaStructure? { structures[key] }

    /// Keys of all types, ascending.
    package var keys: [String] { structures.keys.sorted() }
}
