// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Kubernetes quantities (`500m`, `1Gi`): equal amounts in different spellings are no difference, because a typed server
/// stores its own spelling. Source of the form: apimachinery `pkg/api/resource`.
enum Quantity {
    private static let parents: Set<String> = [
        "limits", "requests", "capacity", "hard", "max", "min", "default", "defaultRequest", "maxLimitRequestRatio",
        "overhead", "allocatable",
    ]
    private static let names: Set<String> = ["sizeLimit", "divisor", "averageValue"]

    /// Whether built-in kinds hold a quantity at this path.
    static func isQuantityField(_ path: [FieldPathElement]) -> Bool {
        guard path.count >= 2, path.first == .field("spec") || path.first == .field("template"),
            case .field(let last) = path[path.count - 1]
        else { return false }
        if names.contains(last) { return true }
        if case .field(let parent) = path[path.count - 2] { return parents.contains(parent) }
        return false
    }

    /// Whether both are quantities of the same amount; numbers count as their text.
    static func isEqual(_ left: JSON, _ right: JSON) -> Bool {
        guard let a = amount(left), let b = amount(right) else { return false }
        return a == b
    }

    /// A value in 10⁻⁹ units, as digits and sign; nil when it is no quantity or too large to hold.
    private static func amount(_ value: JSON) -> Double? {
        switch value {
        case .int(let number): return Double(number)
        case .double(let number): return number
        case .string(let text): return amount(text)
        default: return nil
        }
    }

    private static let suffixes: [(String, Double)] = [
        ("Ki", 1_024), ("Mi", 1_048_576), ("Gi", 1_073_741_824), ("Ti", 1_099_511_627_776),
        ("Pi", 1_125_899_906_842_624), ("Ei", 1_152_921_504_606_846_976), ("n", 1e-9), ("u", 1e-6), ("m", 1e-3),
        ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18),
    ]

    private static func amount(_ text: String) -> Double? {
        for (suffix, factor) in suffixes where text.hasSuffix(suffix) {
            guard let number = Double(text.dropLast(suffix.count)) else { return nil }
            return factor < 1 ? number / (1 / factor).rounded() : number * factor
        }
        return Double(text)
    }
}
