// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import KubeObjects
import YAMLText

/// How a command prints its result.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, yaml

    /// Prints a value as JSON or YAML; `table` is the command's own affair.
    func write(_ json: JSON) { StandardOutput.write(ProcessOutput.redactor.document(json, text)) }

    /// A value as text, unmasked.
    func text(_ json: JSON) -> String {
        switch self {
        case .json: json.prettyText
        case .yaml, .table: YAMLText.emit(json)
        }
    }
}

/// How `render` prints manifests, which are no table.
enum ManifestFormat: String, ExpressibleByArgument, CaseIterable {
    case yaml, json
}

extension JSON {
    /// The JSON of a `Codable` value: ISO 8601 dates, no key for nil.
    init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        self = try JSONParser.parse(Array(try encoder.encode(value)))
    }
}
