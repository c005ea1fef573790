// SPDX-License-Identifier: Apache-2.0

/// Texts that a Secret may hold and that say nothing alone: whoever masked them everywhere would make texts unreadable and
/// hide nothing, because they are the first ones that anybody would guess.
enum PlainWord {
    /// Eight letters and more; shorter words are all plain. What settings say beside secrets, also behind telling keys
    /// (`auth_token: disabled`), names of services that are their own login, and what examples write in the place of a secret.
    private static let words: Set<String> = [
        "disabled", "required", "optional", "automatic", "internal", "external", "generated", "undefined", "mandatory",
        "anonymous", "production", "development", "placeholder", "changeme", "change-me", "changethis", "change_me",
        "password", "passphrase", "credentials", "username", "yourpassword", "your-password", "your_password",
        "postgres", "postgresql", "rabbitmq", "wordpress", "minioadmin", "superuser", "administrator", "localhost",
        "x-oauth-basic", "x-access-token", "scram-sha-256", "scram-sha-512", "client_secret_basic",
        "client_secret_post",
    ]

    /// Up to seven letters or up to seven digits (`true`, `admin`, `5432`), or one of the words in any case.
    static func matches(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.count >= 8 else {
            return bytes.allSatisfy(\.isLatinLetter) || bytes.allSatisfy(\.isDecimalDigit)
        }
        return bytes.count <= 24 && words.contains(text.lowercased())
    }

    /// Whether a text inside of a value is the place of one that comes from elsewhere: `${NAME}`, `$NAME`, `$(cat file)`,
    /// `%NAME%`, `{{ .Values.name }}`. A whole value of a Secret is none: a password may begin with a dollar.
    static func isPlace(_ text: String) -> Bool {
        let bytes = text.utf8
        func inner(_ start: String, _ end: String) -> Substring.UTF8View? {
            guard bytes.count > start.utf8.count + end.utf8.count, text.hasPrefix(start), text.hasSuffix(end) else {
                return nil
            }
            return bytes.dropFirst(start.utf8.count).dropLast(end.utf8.count)
        }
        if let name = inner("${", "}") { return name.allSatisfy(\.isKeyByte) }
        if let command = inner("$(", ")") {
            return command.allSatisfy { $0.isKeyByte || $0.isBlankByte || $0 == UInt8(ascii: "/") }
        }
        // With a text in quotes it may have a default of its own.
        if let field = inner("{{", "}}") {
            return [0x20, UInt8(ascii: "-"), UInt8(ascii: ".")].contains(field.first)
                && !field.contains { "\"'`{}".utf8.contains($0) }
        }
        guard let name = inner("%", "%") ?? inner("$", ""), !CredentialLook.isLikely(name) else { return false }
        return name.allSatisfy { 0x41...0x5A ~= $0 || $0.isDecimalDigit || $0 == UInt8(ascii: "_") }
            && name.first?.isDecimalDigit == false
    }
}
