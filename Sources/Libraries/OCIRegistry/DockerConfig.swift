// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// Why a pull Secret, or one entry of it, gives no credential. It holds nothing of the Secret but the entry's key.
package struct DockerConfigError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where it comes from, in the caller's words: `Secret team/pull`.
    package let source: String
    /// The key of the entry, as `ghcr.io`; nil when the whole document is meant.
    package let entry: String?
    /// What is wrong and what is right.
    package let problem: String

    init(source: String, entry: String? = nil, problem: String) {
        self.source = OutsideText.oneLine(source, limit: 300)
        self.entry = entry.map { OutsideText.oneLine($0, limit: 200) }
        self.problem = problem
    }

    package var description: String {
        "\(source): \(entry.map { "entry \($0.debugDescription): " } ?? "")\(problem)"
    }
}

/// A pull Secret, read: `.dockerconfigjson` or the older `.dockercfg`. Secrets in it are known to the redactor
/// afterwards.
package struct DockerConfig: Sendable {
    /// The credentials of all usable entries.
    package let keyring: RegistryKeyring
    /// The entries that are unusable, in the order of their keys. They stop none of the others.
    package let problems: [DockerConfigError]

    /// The largest document, in bytes.
    package static let maxBytes = 1 << 20
    /// The most entries of one document.
    package static let maxEntries = 1000
    private static let limits = JSONParser.Limits(maxDepth: 16, maxBytes: maxBytes, maxValues: 20_000)

    /// Reads `.dockerconfigjson`: `{"auths": {…}}`. Credential helpers are ignored: they are programs.
    ///
    /// - Parameters:
    ///   - bytes: The decoded value.
    ///   - source: Names the Secret in errors.
    /// - Throws: ``DockerConfigError`` when the document is not such a configuration; never traps, whatever the input.
    package init(dockerconfigjson bytes: [UInt8], source: String) throws(DockerConfigError) {
        let document = try DockerConfig.document(bytes, source)
        let auths = document["auths"]
        if let auths, auths.object == nil, !auths.isNull {
            throw DockerConfigError(source: source, problem: "auths is a \(auths.typeName), not a map")
        }
        try self.init(entries: auths?.object ?? JSONObject(), source)
    }

    /// Reads `.dockercfg`: the entries without `auths` around them.
    ///
    /// - Throws: ``DockerConfigError`` when the document is not such a configuration; never traps, whatever the input.
    package init(dockercfg bytes: [UInt8], source: String) throws(DockerConfigError) {
        try self.init(entries: DockerConfig.document(bytes, source), source)
    }

    private static func document(_ bytes: [UInt8], _ source: String) throws(DockerConfigError) -> JSONObject {
        do throws(JSONError) {
            if case .object(let object) = try JSONParser.parse(bytes, limits: limits) { return object }
        } catch {
            throw DockerConfigError(source: source, problem: "not JSON: \(error)")
        }
        throw DockerConfigError(source: source, problem: "not a JSON object")
    }

    private init(entries: JSONObject, _ source: String) throws(DockerConfigError) {
        guard entries.count <= DockerConfig.maxEntries else {
            throw DockerConfigError(source: source, problem: "more than \(DockerConfig.maxEntries) entries")
        }
        var credentials: [(place: String, credential: RegistryCredential)] = []
        var problems: [DockerConfigError] = []
        for member in entries {
            do throws(EntryProblem) {
                guard RegistryPlace(member.key) != nil else { throw EntryProblem(text: "the key names no registry") }
                if let credential = try DockerConfig.credential(member.value) {
                    credentials.append((member.key, credential))
                }
            } catch {
                problems.append(DockerConfigError(source: source, entry: member.key, problem: error.text))
            }
        }
        keyring = RegistryKeyring(credentials)
        self.problems = problems
    }

    private struct EntryProblem: Error {
        let text: String
    }

    /// The credential of one entry; nil when it has none, as where a helper keeps it.
    private static func credential(_ entry: JSON) throws(EntryProblem) -> RegistryCredential? {
        guard entry.object != nil else { throw EntryProblem(text: "it is a \(entry.typeName), not a map") }
        func text(_ name: String) throws(EntryProblem) -> String {
            switch entry[name] {
            case nil, .null?: return ""
            case .string(let value)?: return value
            case .some(let other): throw EntryProblem(text: "\(name) is a \(other.typeName), not a string")
            }
        }
        var (username, password) = (try text("username"), try text("password"))
        let auth = try text("auth")
        if !auth.isEmpty { (username, password) = try decoded(auth) }
        let (identity, registry) = (try text("identitytoken"), try text("registrytoken"))
        for secret in [password, identity, registry, auth] { Redactor.shared.register(secret) }
        guard ![username, password, identity, registry].contains(where: hasControl) else {
            throw EntryProblem(text: "a name, password or token holds a control character")
        }
        if !registry.isEmpty { return .registryToken(registry) }
        if !identity.isEmpty { return .identityToken(identity, username: username) }
        if username.isEmpty, password.isEmpty { return nil }
        guard !username.isEmpty else { throw EntryProblem(text: "it has a password without a username") }
        guard !username.contains(":") else { throw EntryProblem(text: "the username holds a colon") }
        Redactor.shared.register(Base64.text(of: Array("\(username):\(password)".utf8)))
        return .basic(username: username, password: password)
    }

    private static func hasControl(_ text: String) -> Bool { text.utf8.contains { $0 < 0x20 || $0 == 0x7F } }

    private static func decoded(_ auth: String) throws(EntryProblem) -> (String, String) {
        let trimmed = auth.filter { !$0.isWhitespace }
        guard let bytes = Base64.bytes(of: trimmed, padding: .optional) else {
            throw EntryProblem(text: "auth is no base64")
        }
        guard let plain = String(validating: bytes, as: UTF8.self) else { throw EntryProblem(text: "auth is no text") }
        guard let colon = plain.firstIndex(of: ":") else {
            throw EntryProblem(text: "auth is not the base64 of username:password")
        }
        // Docker pads with zeros.
        let password = plain[plain.index(after: colon)...].drop { $0 == "\0" }
        let end = password.lastIndex { $0 != "\0" }.map { password.index(after: $0) } ?? password.startIndex
        return (String(plain[..<colon]), String(password[..<end]))
    }
}
