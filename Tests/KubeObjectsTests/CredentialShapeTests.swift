// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import Testing

/// What counts as a credential by its shape or by the name in front of it.
@Suite struct CredentialShapeTests {
    private static let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"

    @Test(arguments: [
        ("-----BEGIN RSA PRIVATE KEY-----\n\(key)\n-----END RSA PRIVATE KEY-----\n", key),
        ("-----BEGIN PRIVATE KEY-----\\n\(key)\\n-----END PRIVATE KEY-----", key),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n\(key) cut off", key),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\(key)\n-----END PGP PRIVATE KEY BLOCK-----", key),
        ("https://ada:p@ss@example.com/x", "p@ss"), ("{\"Authorization\": \"Bearer abcd.efgh\"}", "abcd.efgh"),
    ])
    func `a key or a login is hidden in every text`(text: String, secret: String) {
        for form in [Redactor.Form.message, .document] {
            #expect(!Redactor().redact(text, as: form).contains(secret))
        }
    }

    @Test(arguments: [
        "password = hunter 2", "password: hunter 2", "db.password=hunter", "PGPASSWORD=hunter psql", "PGPASS=hunter",
        "DB_PASS=hunter", "pwd: hunter", "SECRET_KEY_BASE=hunter", "tool --token hunter --verbose",
        "tool --db-password=hunter", "{\"password\": \"hunter\"}", "{\"auths\":{\"r\":{\"password\":\"hunter\"}}}",
        "{\\\"password\\\":\\\"hunter\\\"}", #"{\\\"password\\\":\\\"hunter\\\"}"#, "'apiKey': 'hunter'",
        "export API_TOKEN=\"hunter\"",
        "-Dssl.password=hunter",
        "spring.datasource.password = hunter\nport = 1", "token2=hunter",
    ])
    func `in a document the value behind a telling name is hidden`(text: String) {
        let shown = Redactor().redact(text, as: .document)
        #expect(!shown.contains("hunter") && shown.contains(Redactor.mask))
    }

    @Test(arguments: [
        (#"{"token":4711,"port":80}"#, #"{"token":••••••,"port":80}"#),
        (#"{"a":{"pin_token":-4.7e+3},"b":1}"#, #"{"a":{"pin_token":••••••},"b":1}"#),
        (#"{"token":true,"secret":{"name":"a"}}"#, #"{"token":true,"secret":{"name":"a"}}"#),
    ])
    func `a number of JSON behind a telling name is hidden`(text: String, shown: String) {
        #expect(Redactor().redact(text, as: .document) == shown)
    }

    @Test(arguments: [
        #"{"token":"••••••"}"#, #"{"token":"•••••• (changed)","a":"b"}"#, "password=•••••• (changed)",
        "password: ••••••",
    ])
    func `a mask is left as it is`(text: String) { #expect(Redactor().redact(text, as: .document) == text) }

    @Test(arguments: [
        "passwords are long", "the token: expired", ".stringData.password: expected text", "secret=posts-git",
        "bypass=true", "compass: north", "time 10:20", "https://example.com/a:b@c", "-----BEGIN CERTIFICATE-----\nMII",
        "key=value", "a == b", "Authorization failed",
        "Service shop/authorization: Deployment.apps shop/web is missing", "my-authorization: Deployment.apps is gone",
        "ConfigMap auth.authorization: created", "Lease shop/proxy-authorization: Deployment.apps is missing",
    ])
    func `a sentence that only speaks of credentials is left as it is`(text: String) {
        #expect(Redactor().redact(text) == text)
    }

    @Test(arguments: [
        "token: CANARYm8xyz", "drop token: CANARYm8xyz, as asked", "Password: Tr0ub4dor&3x", "API key: xK9mP2qRvT",
        "client_secret: \"aB3dE5fG7h\"", #"denied: {"password":"aB3dE5fG7h"}"#, #"{\"password\": \"aB3dE5fG7h\"}"#,
        "secret: 123e4567-e89b-12d3-a456-426614174000", "pwd: Summer2024!", "token2: ghp_16C7e42F292c6912E771",
        "access token: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x",
    ])
    func `in a sentence a credential behind a telling name is hidden`(text: String) {
        let shown = Redactor().redact(text)
        #expect(shown.contains(Redactor.mask))
        for part in ["m8xyz", "ub4dor", "mP2qR", "dE5fG", "e89b", "mer20", "C7e42", "NiIsI"] {
            #expect(!shown.contains(part), "\(shown)")
        }
    }

    @Test func `of a sentence only the credential is hidden`() {
        #expect(Redactor().redact("drop token: CANARYm8xyz, then go") == "drop token: \(Redactor.mask), then go")
        let json = #"denied: {\"token\":\"aB3dE5fG7h\",\"port\":80}"#
        #expect(Redactor().redact(json) == json.replacing("aB3dE5fG7h", with: Redactor.mask))
    }

    @Test(arguments: [
        "fix token: expired handling", "token: v1alpha1 is served", "password: argon2id hashing", "secret: posts-git",
        "rename token: OAuth2Client", "token: 20240102 is a date", "api key: rotation", "token: ${API_TOKEN}",
        "token: sha512crypt", "cannot fetch token: 401 Unauthorized", "private key: chacha20poly1305",
        "Secret shop/login-token: Deployment.apps/v1 is missing", "token: https://auth0.example.com/v2/authorize",
        "the password: must have 8 letters", "token: ••••••", "password: see kubernetes.io/service-account-token",
    ])
    func `a word behind a telling name is no credential`(text: String) { #expect(Redactor().redact(text) == text) }

    @Test func `a quote inside of a value that is quoted twice does not end it`() {
        let text = #"{"a":"{\"password\":\"hu\\\"nter\",\"port\":80}"}"#
        let shown = #"{"a":"{\"password\":\"••••••\",\"port\":80}"}"#
        #expect(Redactor().redact(text, as: .document) == shown)
    }

    @Test(arguments: [
        "Authorization: hunter22", "x\nauthorization: hunter22", "(Authorization=hunter22)",
        "'authorization': 'hunter22'", "Proxy-Authorization: Basic hunter22", "HTTP_AUTHORIZATION: Bearer hunter22",
    ])
    func `an authorization that begins a word is hidden`(text: String) {
        #expect(!Redactor().redact(text).contains("hunter22"))
    }

    @Test(arguments: [
        "DB_PASSWORD", "clientSecret", "PGPASSWORD", "PGPASS", "DB_PASS", "dbPass", "db-pass", "pwd", "SECRET_KEY_BASE",
        "tls.key", ".dockerconfigjson", "api-key", "token2", "--token", "signing_key",
    ])
    func `a name that tells of a secret is known`(name: String) { #expect(SensitiveName.matches(name)) }

    @Test(arguments: ["bypass", "compass", "key", "keyboard", "user", "tokens-used", "passing", "name", "secretName"])
    func `a name that tells of none is not`(name: String) { #expect(!SensitiveName.matches(name)) }

    @Test(arguments: [
        ".data.password", ".data.tls.key", ".spec.containers[name=\"web\"].env[name=\"DB_PASS\"].value",
    ])
    func `a path to a secret is known`(path: String) { #expect(SensitiveName.matches(path: path)) }

    @Test func `a letter with a million accents is cut like any other text`() {
        let text = "e" + String(repeating: "\u{301}", count: 100_000)
        #expect(text.withoutMiddle(keeping: 200).unicodeScalars.count == 200)
        #expect(text.beginning(maxBytes: 100).utf8.count <= 100)
        #expect("aé".beginning(maxBytes: 2) == "a")
    }
}
