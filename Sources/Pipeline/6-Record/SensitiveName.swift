// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Names of fields, keys and environment variables whose text is hidden wherever it stands, Secret or not.
enum SensitiveName {
    private static let endings = [
        "password", "passwd", "passphrase", "token", "secret", "apikey", "api_key", "api-key", "privatekey",
        "private_key", "private-key", "secretkey", "secret_key", "secret-key", "accesskey", "access_key", "access-key",
        "credentials",
    ]

    /// Whether the name ends like one that holds a secret, in any case: `DB_PASSWORD`, `clientSecret`.
    static func matches(_ name: String) -> Bool {
        let lower = name.lowercased()
        return endings.contains { lower.hasSuffix($0) }
    }

    /// Whether a field path leads to a hidden value: its last key is a sensitive name, or it is the `value` of an
    /// element with such a name (`.spec.containers[name="web"].env[name="DB_PASSWORD"].value`).
    static func matches(path: String) -> Bool {
        let names = path.split { ".[]=\"".contains($0) }.map(String.init)
        guard let last = names.last else { return false }
        if matches(last) { return true }
        return last == "value" && names.count > 1 && matches(names[names.count - 2])
    }

    /// Compact JSON text with the hidden values masked, also when the text was cut off in one.
    static func mask(jsonText text: String) -> String {
        guard text.first == "{" || text.first == "[" else { return text }
        var result = text
        result.replace(#/"(?<key>[^"\\]*)":"(?:[^"\\]|\\.)*(?:"|\\?$)/#) { match in
            let key = String(match.output.key)
            return matches(key) ? "\"\(key)\":\"\(Redactor.mask)\"" : String(match.output.0)
        }
        result.replace(#/"name":"(?<name>[^"\\]*)","value":"(?:[^"\\]|\\.)*(?:"|\\?$)/#) { match in
            let name = String(match.output.name)
            guard matches(name) else { return String(match.output.0) }
            return "\"name\":\"\(name)\",\"value\":\"\(Redactor.mask)\""
        }
        return result
    }
}
