// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Which names a kind's objects may have, with the texts of apimachinery's validation.
package struct NameRule: Sendable {
    private enum Form: Sendable {
        /// RFC 1123 subdomain, the usual form.
        case subdomain
        /// RFC 1123 label without dots.
        case label(maxLength: Int)
        /// Anything that fits into a path: RBAC.
        case pathSegment
    }

    private let form: Form

    /// The rule of a kind.
    package init(_ kind: GroupKind) {
        switch kind.description {
        case "Namespace", "Service", "StatefulSet.apps": form = .label(maxLength: 63)
        case "CronJob.batch": form = .label(maxLength: 52)
        case let name where name.hasSuffix(".rbac.authorization.k8s.io"): form = .pathSegment
        default: form = .subdomain
        }
    }

    /// What is wrong with a name, or with the beginning of one; empty when it is right.
    package func problems(_ name: String, isPrefix: Bool) -> [String] {
        let text = isPrefix && name.hasSuffix("-") ? String(name.dropLast()) + "a" : name
        switch form {
        case .pathSegment: return NameRule.pathSegmentProblems(text)
        case .subdomain: return NameRule.subdomainProblems(text)
        case .label(let maxLength):
            if maxLength == 52, text.utf8.count > 52 { return ["must be no more than 52 characters"] }
            if maxLength == 52 { return NameRule.subdomainProblems(text) }
            return NameRule.labelProblems(text)
        }
    }

    private static let subdomainPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
    private static let labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    private static let namePattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

    /// RFC 1123 subdomain: dotted labels, at most 253 bytes.
    static func subdomainProblems(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 253 { problems.append("must be no more than 253 characters") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if !parts.allSatisfy({ isLabel($0) }) {
            problems.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                    + "'\(subdomainPattern)')"
            )
        }
        return problems
    }

    /// RFC 1123 label: no dots, at most 63 bytes.
    static func labelProblems(_ text: String) -> [String] {
        if text.contains(".") { return ["must not contain dots"] }
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append("must be no more than 63 bytes") }
        if !isLabel(Substring(text)) {
            problems.append(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
                    + "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
                    + "'\(labelPattern)')"
            )
        }
        return problems
    }

    private static func pathSegmentProblems(_ text: String) -> [String] {
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        return ["/", "%"].filter { text.contains($0) }.map { "may not contain '\($0)'" }
    }

    /// A label or annotation key: a name of at most 63 bytes, with an optional subdomain and `/` before it.
    package static func qualifiedNameProblems(_ text: String, subject: String) -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var problems: [String] = []
        switch parts.count {
        case 1: break
        case 2:
            if parts[0].isEmpty {
                problems.append("prefix part must be non-empty")
            } else {
                problems += subdomainProblems(parts[0]).map { "prefix part \($0)" }
            }
        default:
            return [
                "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
                    + "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation "
                    + "is '\(namePattern)') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        let name = parts[parts.count - 1]
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            problems.append("name part must be no more than 63 bytes")
        }
        if !isQualifiedPart(name) {
            problems.append(
                "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                    + "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
                    + "'\(namePattern)')"
            )
        }
        return problems
    }

    /// A label's value: empty, or like a name of at most 63 bytes.
    package static func labelValueProblems(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append("must be no more than 63 bytes") }
        if !text.isEmpty, !isQualifiedPart(text) {
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex "
                    + "used for validation is '(\(namePattern))?')"
            )
        }
        return problems
    }

    private static func isLabel(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        let isAlphanumeric = { (byte: UInt8) in (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isQualifiedPart(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        let isAlphanumeric = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
        }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || [0x2D, 0x5F, 0x2E].contains($0) }
    }
}
