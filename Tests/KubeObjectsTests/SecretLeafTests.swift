// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

@testable import KubeObjects

/// Texts inside of a Secret's value, where they stand alone.
@Suite struct SecretLeafTests {
    static func redactor(knowing value: String, hidesCommonWords: Bool = false) throws -> Redactor {
        let redactor = Redactor(hidesCommonWords: hidesCommonWords)
        redactor.register(
            secretObject: try KubeObject([
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a"],
                "data": ["config.json": .string(Base64.text(of: Array(value.utf8)))],
            ])
        )
        return redactor
    }

    @Test func `of a docker config login and password are hidden, and not whose they are`() throws {
        let auth = Base64.text(of: Array("robot:CANS2zzx".utf8))
        let login: JSON = [
            "username": "robot", "password": "CANS1 zz\"x", "auth": .string(auth), "email": "robot@example.com",
        ]
        let config: JSON = ["auths": ["ghcr.io": login]]
        let redactor = try Self.redactor(knowing: config.text)
        let mask = Redactor.mask
        let text = "robot@example.com as robot at ghcr.io with"
        #expect(redactor.redact("\(text) CANS1 zz\"x, CANS2zzx, \(auth).") == "\(text) \(mask), \(mask), \(mask).")
        #expect(redactor.redact(#"\#(text) "CANS1 zz\"x""#) == "\(text) \"\(mask)\"")
    }

    @Test func `of a cloud account's file the key is hidden, and no address or name`() throws {
        let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
        let id = "8f3c1d2e4b5a69788796a5b4c3d2e1f001122334"
        let email = "deploy@shop-prod-1.iam.gserviceaccount.com"
        let key: JSON = [
            "type": "service_account", "project_id": "shop-prod-1", "private_key_id": .string(id),
            "private_key": .string("-----BEGIN PRIVATE KEY-----\n\(line)\n-----END PRIVATE KEY-----\n"),
            "client_email": .string(email), "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        ]
        let redactor = try Self.redactor(knowing: key.text)
        #expect(redactor.redact("x \(line) \(id) y") == "x \(Redactor.mask) \(Redactor.mask) y")
        let text = "service_account \(email) of shop-prod-1 at https://accounts.google.com/o/oauth2/auth"
        #expect(redactor.redact(text) == text)
    }

    @Test(arguments: [
        #"{"pass":"CANS3zz"}"#, #"["a", {"list": [{"client_secret": ["CANS3zz"]}]}]"#, "\n {\"token\": \"CANS3zz\"}\n",
        #"{"config":"{\"password\":\"CANS3zz\"}"}"#, #"{"dsn":"CANS3zz", "x": 1, "api_key": "CANS3zz"}"#,
    ])
    func `a text behind a telling key is hidden wherever it is in the value`(value: String) throws {
        #expect(try Self.redactor(knowing: value).redact("x CANS3zz y") == "x \(Redactor.mask) y")
    }

    @Test(arguments: [
        (#"{"password":{"value":"CANS6zz"}}"#, "CANS6zz"),
        (#"{"db":{"client_secret":[{"a":{"current":"CANS6zz"}}]}}"#, "CANS6zz"),
        (#"{"password":{"username":"CANS6zz"}}"#, "CANS6zz"), (#"{"password": 90210773}"#, "90210773"),
        (#"{"pin_token":{"value":[-90210773.5]}}"#, "-90210773.5"),
        (#"{"credentials":{"db":{"current":"CANS6zz"}}}"#, "CANS6zz"), (#"{"token":{"v2":"CANS6zz"}}"#, "CANS6zz"),
        (#"{"secret":{"oldValue":"CANS6zz"}}"#, "CANS6zz"), (#"{"credentials":["CANS6zz"]}"#, "CANS6zz"),
        (#"{"dbPassword":{"alice":"letmein-please"}}"#, "letmein-please"),
        (#"{"credentials":{"host":"a","api_key":"CANS6zz"}}"#, "CANS6zz"),
        (#"{"credentials":{"x":"p@ss&word!"}}"#, "p@ss&word!"),
    ])
    func `whatever stands inside of a telling key's value is hidden, numbers too`(value: String, secret: String) throws
    {
        #expect(try Self.redactor(knowing: value).redact("x \(secret) y") == "x \(Redactor.mask) y")
    }

    @Test(arguments: [
        (#"{"apiKey":{"prod":"hunterhunter"}}"#, "hunterhunter"),
        (#"{"token":{"alice":"correct-horse-battery"}}"#, "correct-horse-battery"),
        (#"{"client_secret":{"shop":"letmein-please"}}"#, "letmein-please"),
        (#"{"encryptionKey":{"key1":"open sesame now"}}"#, "open sesame now"),
        (#"{"credentials":{"alice":"hunter2"}}"#, "hunter2"), (#"{"credentials":{"pin":"48291377"}}"#, "48291377"),
        (#"{"credentials":{"pin":48291377}}"#, "48291377"),
        (#"{"credentials":{"user":"root","key":"winter-wonderland"}}"#, "winter-wonderland"),
        (#"{"secret":{"default":"winterwonder"}}"#, "winterwonder"),
        (#"{"secret":{"active":"winterwonder"}}"#, "winterwonder"),
        (#"{"credentials":{"user":{"alice":"hunter2"}}}"#, "hunter2"),
        (#"{"credentials":{"zones":[{"a":"hunter2"}]}}"#, "hunter2"),
        (#"{"credentials":{"prod":["hunter2"]}}"#, "hunter2"),
        (#"{"apiKey":{"host":"hunterhunter"}}"#, "hunterhunter"),
        (#"{"dbCredentials":{"name":"hunterhunter"}}"#, "hunterhunter"),
    ])
    func `a word in an object behind a telling key is hidden, unless its key says what it is`(
        value: String,
        secret: String
    ) throws { #expect(try Self.redactor(knowing: value).redact("x \(secret) y") == "x \(Redactor.mask) y") }

    @Test func `of an object behind a telling key the names and addresses are shown`() throws {
        let database: JSON = [
            "host": "db.prod.example.com", "project_id": "acme-prod", "region": "production", "port": 54_321_000,
            "zones": ["eu-central-1a", "eu-central-1b"], "password": "CANS7 zz",
        ]
        let account: JSON = ["issuer": "accounts.example.com", "prod": ["Client-ID": "storefront"]]
        let value: JSON = ["credentials": database, "token": account]
        let redactor = try Self.redactor(knowing: value.text)
        let text =
            "db.prod.example.com:54321000 of acme-prod, production, eu-central-1a, by accounts.example.com, storefront"
        #expect(redactor.redact("\(text): CANS7 zz") == "\(text): \(Redactor.mask)")
    }

    @Test(arguments: [
        (#"{"auth":{"type":"kubernetes"}}"#, "kubernetes"), (#"{"password":5432}"#, "5432"),
        (#"{"port":90210773}"#, "90210773"),
    ])
    func `settings of a login, short numbers and those behind other keys are shown`(value: String, text: String) throws
    {
        #expect(try Self.redactor(knowing: value).redact("x \(text) y") == "x \(text) y")
    }

    @Test(arguments: ["CANS5m8xyz", "postgres://u:hunter2@db.example.com/app", "p@ss&word!", "xK9mP2qRvT"])
    func `what looks like a credential is hidden behind any key`(text: String) throws {
        let value: JSON = ["x": .string(text)]
        #expect(try Self.redactor(knowing: value.text).redact("is \(text) now") == "is \(Redactor.mask) now")
    }

    @Test(arguments: [
        "x&Yz(9)Q'k7", "a-B3.f_9x/Q2", "k9.Xq-7:w@Z", "Ab1,cD2:eF3", "q7-w2-e9-r4", "Zx_9.Kp/3-Lm", "7h@Kd,2p.Wz",
        "(4t)Gh&8k'Pq", "aB-cD-eF-gH", "m3:P9/x_K1.b", "tR.5v-Yq_8n", "Kd7-Wp3-Xz9", "acme&7up(x)", "aBcDeFgH",
        "q7-w2-e9-r", "m3:p9/x-k1.b", "k9.xq-7:w@z", "wz.5v-yq-8n", "a1b-x9-qz.t4", "QW&ER&TY", "QW&ER-TY&UI",
        "p'w q'z x'y", "acme(2)xyz", "horse(x)",
    ])
    func `a password of short parts is hidden behind any key`(text: String) throws {
        let value: JSON = ["x": .string(text)]
        #expect(try Self.redactor(knowing: value.text).redact("is \(text) now") == "is \(Redactor.mask) now")
    }

    @Test(arguments: [
        "Smith & Sons (Berlin)", "it's a test", "don't retry", "v1.2-rc1", "e2e-test-2", "AES-256-GCM", "en_US.UTF-8",
        "s3.eu-central-1.amazonaws.com", "us-east-1a,us-east-1b", "2026-11-23T10:42:00Z", "de-DE,en-US,fr-FR",
        "TLSv1.2,TLSv1.3", "networking.k8s.io/v1", "/var/lib/app-2/data", "postgres-0.postgres.db.svc:5432",
        "AT&T Wireless", "R&D cluster", "Q&A portal", "B&B Hotel", "I'm a teapot", "user(s) db", "backup(2)",
        "IPv4/IPv6", "i18n-l10n", "s3://b1/c2", "us-e1-a/b2", "k8s-n1-a.b2", "db-1.eu-w1.x.io", "p1-db.z2.k8s.io",
        "db0.a.b.io", "e2e-us-w2", "my-db.c1x.eu",
    ])
    func `names, versions, times and sentences with short parts are shown`(text: String) throws {
        let value: JSON = ["x": .string(text)]
        #expect(try Self.redactor(knowing: value.text).redact("is \(text) now") == "is \(text) now")
    }

    @Test(arguments: [
        "kubernetes", "prometheus-server", "https://db.example.com:5432/app", "not found", "v1.2.3-rc1", "apps/v1",
        "us-east-1", "10.0.0.1:6443", "information", "grafana10", "ghcr.io/acme/app:v2", "Österreich",
        "Acme (Europe)", "Müller & Söhne", "l'Hôpital",
    ])
    func `what stands elsewhere by chance is hidden in texts about that Secret only`(text: String) throws {
        let value: JSON = ["x": .string(text)]
        #expect(try Self.redactor(knowing: value.text).redact("is \(text) now") == "is \(text) now")
        let own = try Self.redactor(knowing: value.text, hidesCommonWords: true)
        #expect(!own.redact("is \(text) now").contains(text))
    }

    @Test func `of one value a bounded number of texts is taken, telling ones first`() {
        let members = (0..<1_000).map { JSONObject.Member(key: "k\($0)", value: "a") }
        let value = JSON.object(JSONObject(members + [JSONObject.Member(key: "token", value: "b")]))
        let leaves = SecretLeaf.all(of: value.text)
        #expect(leaves.count == SecretLeaf.maxCount)
        #expect(leaves.first?.text == "b" && leaves.first?.isTelling == true)
        let deep = String(repeating: "[", count: 40) + "\"x\"" + String(repeating: "]", count: 40)
        #expect(SecretLeaf.all(of: deep).isEmpty)
        for text in ["", "x", "{", "[1", "\"a\"", "{\"a\":1} x"] { #expect(SecretLeaf.all(of: text).isEmpty) }
    }
}
