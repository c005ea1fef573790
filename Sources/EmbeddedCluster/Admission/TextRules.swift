// SPDX-License-Identifier: Apache-2.0

/// Forms of texts inside of specs, with the server's words for what is wrong.
enum TextRules {
    /// A named port: 1 to 15 of `a-z`, `0-9` and `-`, with a letter.
    static func portNameProblems(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 15 { problems.append("must be no more than 15 characters") }
        if !text.utf8.allSatisfy({ isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") }) || text.isEmpty {
            problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !text.utf8.contains(where: isLower) { problems.append("must contain at least one letter (a-z)") }
        if text.contains("--") { problems.append("must not contain consecutive hyphens") }
        if text.hasPrefix("-") || text.hasSuffix("-") { problems.append("must not begin or end with a hyphen") }
        return problems
    }

    /// A key of a ConfigMap or Secret.
    static func configKeyProblems(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 253 { problems.append("must be no more than 253 characters") }
        let isLegal = text.utf8.allSatisfy {
            isLower($0) || isUpper($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
                || $0 == UInt8(ascii: "_")
        }
        if !isLegal || text.isEmpty {
            problems.append(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
                    + "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
            )
        }
        if text == "." || text == ".." {
            problems.append("must not be '\(text)'")
        } else if text.hasPrefix("..") {
            problems.append("must not start with '..'")
        }
        return problems
    }

    /// The name of an environment variable.
    static func variableNameProblems(_ text: String) -> [String] {
        let isLegal = text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
        return isLegal
            ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
    }

    /// A relative path without a way up.
    static func localPathProblems(_ text: String) -> [String] {
        var problems: [String] = []
        if text.hasPrefix("/") { problems.append("must be a relative path") }
        if text.split(separator: "/").contains("..") { problems.append("must not contain '..'") }
        return problems
    }

    /// A DNS name whose first label may be `*`.
    static func wildcardProblems(_ text: String) -> [String] {
        guard text.contains("*") else { return NameRule.subdomainProblems(text) }
        if text.hasPrefix("*."), NameRule.subdomainProblems(String(text.dropFirst(2))).isEmpty { return [] }
        return [
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
                + "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. "
                + "'*.example.com', regex used for validation is "
                + "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        ]
    }

    static let addressProblem = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
    static let rangeProblem = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"

    /// Whether a text is an IPv4 or IPv6 address.
    static func isAddress(_ text: String) -> Bool { isIPv4(text[...]) || isIPv6(text[...]) }

    /// Whether a text is an address with a prefix length.
    static func isRange(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = Int(parts[1]), length >= 0 else { return false }
        return (isIPv4(parts[0]) && length <= 32) || (isIPv6(parts[0]) && length <= 128)
    }

    static func isPercent(_ text: String) -> Bool {
        text.hasSuffix("%") && text.count > 1 && text.dropLast().utf8.allSatisfy(isDigit)
    }

    private static func isIPv4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy(isDigit) && (Int(part).map { $0 < 256 } ?? false)
                    && (part.count == 1 || !part.hasPrefix("0"))
            }
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count), text.contains(":") else { return false }
        var count = 0
        for half in halves where !half.isEmpty {
            for part in half.split(separator: ":", omittingEmptySubsequences: false) {
                if part.contains(".") {
                    guard isIPv4(part) else { return false }
                    count += 2
                } else {
                    guard (1...4).contains(part.count), UInt16(part, radix: 16) != nil else { return false }
                    count += 1
                }
            }
        }
        return halves.count == 2 ? count < 8 : count == 8
    }

    private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
