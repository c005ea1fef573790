// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A label selector of a spec: `matchLabels` and `matchExpressions`, all of which must hold.
struct LabelSelector {
    private let requirements: [@Sendable (JSONObject) -> Bool]

    /// The selector that matches nothing.
    static let nothing = LabelSelector(requirements: [{ _ in false }])

    private init(requirements: [@Sendable (JSONObject) -> Bool]) { self.requirements = requirements }

    /// Reads a selector; a requirement of no known form never holds.
    init(_ json: JSON) {
        var requirements: [@Sendable (JSONObject) -> Bool] = []
        for label in json["matchLabels"]?.object ?? JSONObject() {
            requirements.append { $0[label.key] == label.value }
        }
        for expression in json.items("matchExpressions") {
            let key = expression.text("key")
            let values = expression.items("values")
            switch expression.text("operator") {
            case "In": requirements.append { $0[key].map(values.contains) ?? false }
            case "NotIn": requirements.append { !($0[key].map(values.contains) ?? false) }
            case "Exists": requirements.append { $0[key] != nil }
            case "DoesNotExist": requirements.append { $0[key] == nil }
            default: requirements.append { _ in false }
            }
        }
        self.requirements = requirements
    }

    func matches(_ labels: JSONObject) -> Bool { requirements.allSatisfy { $0(labels) } }
}
