// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The fields of built-in kinds that hold quantities (`500m`, `1Gi`): equal amounts in different spellings are no
/// difference there, because a typed server stores its own spelling.
enum QuantityField {
    private static let parents: Set<String> = [
        "limits", "requests", "capacity", "hard", "max", "min", "default", "defaultRequest", "maxLimitRequestRatio",
        "overhead", "allocatable", "allocatedResources",
    ]
    private static let names: Set<String> = ["sizeLimit", "divisor", "averageValue", "tolerance"]

    /// Whether built-in kinds hold a quantity at this path.
    static func contains(_ path: [FieldPathElement]) -> Bool {
        guard path.count >= 2, path.first == .field("spec") || path.first == .field("template"),
            case .field(let last) = path[path.count - 1]
        else { return false }
        if names.contains(last) { return true }
        if case .field(let parent) = path[path.count - 2] {
            // The target of an autoscaler's metric.
            return parents.contains(parent) || (parent == "target" && last == "value")
        }
        return false
    }

    /// Whether both are quantities of the same amount; a number counts as its text.
    static func isSameAmount(_ left: JSON, _ right: JSON) -> Bool {
        guard let a = quantity(left), let b = quantity(right) else { return false }
        return a.nanos == b.nanos
    }

    private static func quantity(_ value: JSON) -> Quantity? {
        switch value {
        case .int, .double: try? Quantity(value.text)
        case .string(let text): try? Quantity(text)
        default: nil
        }
    }
}
