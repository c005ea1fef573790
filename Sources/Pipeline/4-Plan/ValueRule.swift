// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import SyncLook

/// When a declared and a live value at one place of a kind are the same although they are spelt differently.
struct ValueRule: Sendable {
    private let isBuiltIn: Bool
    private let kind: GroupKind

    init(_ kind: GroupKind) {
        self.kind = kind
        isBuiltIn = BuiltInGroup.contains(kind.group)
    }

    /// Whether the server decodes this place into a type of its own, and so drops empty optional values. The metadata of
    /// every object is typed, also of custom resources.
    func isTyped(_ path: [FieldPathElement]) -> Bool { isBuiltIn || path.first == .field("metadata") }

    /// Numbers for which Kubernetes' types cannot distinguish 0 from absent, so that 0 is replaced by a default: probes
    /// (`SetDefaults_Probe` in pkg/apis/core/v1/defaults.go), ports of a Service, flow schemas.
    private static let zeroIsUnset: Set<String> = [
        "nodePort", "healthCheckNodePort", "targetPort", "periodSeconds", "timeoutSeconds", "successThreshold",
        "failureThreshold", "matchingPrecedence",
    ]

    /// Whether a typed server treats the value as absent, and may fill in a default: the empty text in a field of its
    /// own types, but not in a map of free keys such as labels or the data of a ConfigMap, and 0 in a few of them.
    func isUnset(_ wanted: JSON, at path: [FieldPathElement]) -> Bool {
        guard isBuiltIn, case .field(let top)? = path.first,
            !["metadata", "data", "binaryData", "stringData"].contains(top)
        else { return false }
        guard wanted == 0, case .field(let name)? = path.last else { return wanted == "" }
        return Self.zeroIsUnset.contains(name)
    }

    /// Whether both are the same value: the same number in another form, and in built-in kinds the same amount or the same
    /// bytes; in maps and lists at each place.
    func isSame(_ wanted: JSON, _ found: JSON, at path: [FieldPathElement]) -> Bool {
        if wanted == found { return true }
        switch (wanted, found) {
        case (.double(let a), .int(let b)): return a == Double(b)
        case (.int(let a), .double(let b)): return Double(a) == b
        default: return isBuiltIn && isSameSpelling(wanted, found, at: path)
        }
    }

    private func isSameSpelling(_ wanted: JSON, _ found: JSON, at path: [FieldPathElement]) -> Bool {
        switch (wanted, found) {
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { member in
                    right[member.key].map { isSameSpelling(member.value, $0, at: path + [.field(member.key)]) } ?? false
                }
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { isSameSpelling($0, $1, at: path) }
        default:
            wanted == found
                || QuantityField.contains(path) && QuantityField.isSameAmount(wanted, found)
                || holdsBytes(path) && Base64Text.isSame(wanted, found)
                || holdsTime(path) && isSameTime(wanted, found)
        }
    }

    /// Whether the place holds a point in time, which the server writes in UTC.
    private func holdsTime(_ path: [FieldPathElement]) -> Bool {
        guard path.first == .field("spec"), case .field(let name)? = path.last else { return false }
        return name.hasSuffix("Time") || name.hasSuffix("Timestamp")
    }

    private func isSameTime(_ wanted: JSON, _ found: JSON) -> Bool {
        guard let wanted = wanted.string.flatMap(RFC3339Time.init) else { return false }
        return wanted == found.string.flatMap(RFC3339Time.init)
    }

    /// Whether the place holds bytes, which the server writes in base64 without line breaks.
    private func holdsBytes(_ path: [FieldPathElement]) -> Bool {
        if kind.isSecret { return path.count == 2 && path.first == .field("data") }
        if kind == GroupKind(group: "", kind: "ConfigMap") {
            return path.count == 2 && path.first == .field("binaryData")
        }
        return path.last == .field("caBundle")
    }
}
