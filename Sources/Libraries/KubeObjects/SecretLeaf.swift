// SPDX-License-Identifier: Apache-2.0
import PlainText

/// A text inside of a Secret's value that may be told alone, because programs take such a value apart: the texts of JSON
/// (the login in a docker config, the private key in a cloud account's file), and its numbers behind telling keys; of
/// other texts what a ``SettingReader`` finds.
struct SecretLeaf: Hashable {
    /// Longer values are no configuration.
    static let maxBytes = 1 << 20
    static let maxDepth = 32
    private static let maxValues = 20_000
    /// So many of one value are taken.
    static let maxCount = 256

    let text: String
    /// Whether its key tells that it is a secret, or a key around it.
    let isTelling: Bool

    /// Whether what stands behind the key may be the place of a secret, a file or a server, and not the secret.
    static func namesPlaces(_ key: String) -> Bool {
        let name = key.lowercased().filter { !$0.isNumber }
        return ["key", "string", "credentials"].contains(where: name.hasSuffix)
    }

    /// The same, but an address without a login (`private_key: /etc/tls/tls.key`) is judged by its look.
    var judged: SecretLeaf {
        let isPath = text.hasPrefix("/") && text.utf8.dropFirst().contains(UInt8(ascii: "/"))
        let isURL = text.utf8Offset(of: "://") != nil && !text.utf8.contains(UInt8(ascii: "@"))
        return isTelling && (isPath || isURL) ? SecretLeaf(text: text, isTelling: false) : self
    }

    /// What the keys around a value say about it.
    private enum Standing: Equatable {
        /// Nothing.
        case plain
        /// It is in an object that holds a secret and what belongs to it; whatever does not say what it is may be secret.
        case grouped
        /// It is secret, with all that is in it; or, when it `mayBePlace`, the place of a secret: a file, a server.
        case secret(mayBePlace: Bool)

        var isSecret: Bool { if case .secret = self { true } else { false } }
    }

    /// What a value holds: of JSON what telling keys have first.
    static func all(of value: String) -> [SecretLeaf] {
        guard value.utf8.count <= maxBytes else { return [] }
        guard let json = ofJSON(value) else { return SettingReader.leaves(of: value) }
        let leaves = json.filter { !PlainWord.isPlace($0.text) }
        return Array((leaves.filter(\.isTelling) + leaves.filter { !$0.isTelling }).prefix(maxCount))
    }

    /// The leaves of a JSON document; nil when the value is none.
    private static func ofJSON(_ value: String) -> [SecretLeaf]? {
        let start = value.utf8.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        guard start == UInt8(ascii: "{") || start == UInt8(ascii: "[") else { return nil }
        let limits = JSONParser.Limits(maxDepth: maxDepth, maxBytes: maxBytes, maxValues: maxValues)
        // A section of an INI or TOML file begins like a list.
        guard let json = try? JSONParser.parse(Array(value.utf8), limits: limits) else { return nil }
        var leaves: [SecretLeaf] = []
        collect(json, .plain, into: &leaves)
        return leaves
    }

    private static func collect(_ json: JSON, _ standing: Standing, into leaves: inout [SecretLeaf]) {
        let isTelling = standing.isSecret
        switch json {
        case .string(let text):
            let leaf = SecretLeaf(text: text, isTelling: isTelling)
            if case .secret(mayBePlace: true) = standing { leaves.append(leaf.judged) } else { leaves.append(leaf) }
        case .array(let elements):
            for element in elements { collect(element, standing, into: &leaves) }
        case .object(let members):
            // `{"name": "DB_PASSWORD", "value": …}`
            let name = members["name"]?.string ?? members["key"]?.string ?? ""
            let isNamed = SensitiveName.matches(name)
            for member in members {
                let isItsValue = isNamed && member.key == "value"
                let inner = isItsValue ? .secret(mayBePlace: false) : self.standing(of: member, in: standing)
                collect(member.value, inner, into: &leaves)
                guard member.key == "auth", let login = member.value.string, let password = password(of: login)
                else { continue }
                leaves.append(SecretLeaf(text: password, isTelling: true))
            }
        case .int, .double:
            if isTelling { leaves.append(SecretLeaf(text: json.text, isTelling: true)) }
        case .null, .bool: break
        }
    }

    /// What stands behind a member of an object, given what the keys around the object say.
    private static func standing(of member: JSONObject.Member, in outer: Standing) -> Standing {
        let isGroup = member.value.object != nil
        let key = member.key.lowercased().filter(\.isLetter)
        if SensitiveName.matches(member.key) {
            if !outer.isSecret, isGroup, groupKeys.contains(key) { return .grouped }
            return .secret(mayBePlace: namesPlaces(member.key))
        }
        if outer.isSecret { return outer }
        // Behind `auth` stands a login in a docker config, and in others an object of settings.
        if member.key == "auth", !isGroup { return .secret(mayBePlace: false) }
        guard outer == .grouped else { return .plain }
        return isGroup || descriptiveKeys.contains(key) ? .grouped : .secret(mayBePlace: true)
    }

    /// Behind which telling keys an object may hold addresses and names beside the secret. Behind all others each text
    /// in it is a secret, by user perhaps. In small letters, and without all else.
    private static let groupKeys: Set<String> = ["credentials", "secret", "token"]

    /// What in such an object tells whose the secret is and where it is used, written in the same way.
    private static let descriptiveKeys: Set<String> = [
        "host", "hosts", "hostname", "server", "port", "url", "uri", "endpoint", "address", "domain", "issuer",
        "audience", "authuri", "authurl", "tokenuri", "tokenurl", "region", "regions", "zone", "zones", "project",
        "projectid", "projectname", "tenant", "tenantid", "account", "accountid", "clientid", "organization",
        "namespace", "user", "username", "userid", "email", "clientemail", "type", "tokentype", "kind",
        "apiversion", "version", "name", "id", "database", "databasename", "dbname", "schema", "scope", "scopes",
        "expiry", "expires", "expiresat", "expiresin", "created", "createdat", "issuedat", "description",
    ]

    /// The password of a login in Base64, `user:password`.
    private static func password(of login: String) -> String? {
        guard let bytes = Base64.bytes(of: login, padding: .optional),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        return String(validating: bytes[(colon + 1)...], as: UTF8.self)
    }
}
