// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The fields of built-in kinds that hold quantities (`500m`, `1Gi`): equal amounts in different spellings are no
/// difference there, because a typed server stores its own spelling.
enum QuantityField {
    private static let parents: Set<String> = [
        "limits", "requests", "capacity", "hard", "max", "min", "default", "defaultRequest", "maxLimitRequestRatio",
        "overhead", "podFixed", "allocatable", "allocatedResources",
    ]
    private static let names: Set<String> = [
        "sizeLimit", "divisor", "averageValue", "tolerance", "maximumVolumeSize",
    ]
    /// Where built-in kinds hold quantities: a RuntimeClass, a CSIStorageCapacity, and all the others.
    private static let roots: Set<String> = ["spec", "template", "overhead", "capacity", "maximumVolumeSize"]

    /// Whether built-in kinds hold a quantity at this path.
    static func contains(_ path: [FieldPathElement]) -> Bool {
        guard case .field(let root)? = path.first, roots.contains(root), case .field(let last)? = path.last else {
            return false
        }
        if names.contains(last) || path == [.field("capacity")] { return true }
        if path.count >= 2, case .field(let parent) = path[path.count - 2] {
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
