// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import KubeObjects

/// Passwords in the configuration that a Secret holds, where they stand alone in other texts.
@Suite(.timeLimit(.minutes(3))) struct SettingReaderTests {
    @Test(arguments: [
        "DB_PASS=Vk3Rt8EnvPass", "export DB_PASSWORD='Vk3Rt8EnvPass'",
        "HOST=db\nDB_PASSWORD=Vk3Rt8EnvPass\r\nPORT=5432", "user: app\npassword: Vk3Rt8EnvPass\n",
        "logins:\n  - password: \"Vk3Rt8EnvPass\"", "api_key = \"Vk3Rt8EnvPass\"",
        "'client-secret': Vk3Rt8EnvPass", "postgres://app:Vk3Rt8EnvPass@db.shop.svc:5432/shop?sslmode=require",
        "DB_PASSWORD=Vk3Rt8EnvPass # prod", "password: \"Vk3Rt8EnvPass\"  # rotated",
        "[client]\npassword=Vk3Rt8EnvPass", "password = Vk3Rt8EnvPass ; prod", "TOKEN=Vk3Rt8EnvPass\t# prod",
        "password=${DB_PASSWORD:-Vk3Rt8EnvPass}", "password=Vk3Rt8EnvPass #a # prod",
        "password=${A:-${B:-Vk3Rt8EnvPass}} # prod", "password='Vk3Rt8EnvPass' # it's",
        "[default]\naws_secret_access_key = Vk3Rt8EnvPass\n",
        "amqp://a:first-one@h1,amqp://b:Vk3Rt8EnvPass@h2",
        "postgres://app:Vk3Rt8%45nvPass@db/shop", "DATABASE_URL=postgres://app:Vk3Rt8EnvPass@db/shop",
        "# broker\namqp://app:Vk3Rt8EnvPass@mq\n",
    ])
    func `a password in a text of lines, or in a URL, is hidden alone`(value: String) throws {
        #expect(
            !(try SecretLeafTests.redactor(knowing: value).redact("it is Vk3Rt8EnvPass now")).contains("Vk3Rt8EnvPass")
        )
    }

    @Test func `what stands behind other keys of a text of lines is shown`() throws {
        let value =
            "DB_HOST=database.shop.svc\nLOG_LEVEL=verbose-all\n"
            + "auth_token: disabled\nsecret=${FROM_ELSEWHERE}\nurl: https://git.example.com/acme/posts\npassword:\n"
        let redactor = try SecretLeafTests.redactor(knowing: value)
        for text in [
            "database.shop.svc", "verbose-all", "disabled", "${FROM_ELSEWHERE}", "https://git.example.com/acme/posts",
        ] {
            #expect(redactor.redact("is \(text) now") == "is \(text) now")
        }
    }

    @Test func `of an environment file of many lines each is known`() throws {
        let lines = (100..<300).map { "K\($0)_PASSWORD=\"Vk3Rt8Env\($0)\"" }
        let redactor = try SecretLeafTests.redactor(knowing: lines.joined(separator: "\n"))
        for number in [100, 299] { #expect(!redactor.redact("is Vk3Rt8Env\(number)").contains("Vk3Rt8Env")) }
    }

    /// Each holds the password of ``secret``, in the spelling of one kind of file.
    private static let spellings: [String] = [
        "Host=db;Username=a;Password=Vk3Rt8EnvPass", "DB=Server=x;Pwd=Vk3Rt8EnvPass;Timeout=3",
        "host=db user=a password=Vk3Rt8EnvPass", "redis:6379,password=Vk3Rt8EnvPass,ssl=True",
        "AccountName=a;AccountKey=Vk3Rt8EnvPass", "jdbc:postgresql://h/d?user=a&password=Vk3Rt8EnvPass",
        #"{"ConnectionStrings":{"Default":"Host=db;Password=Vk3Rt8EnvPass"}}"#,
        #"connectionString="Server=db;Password=Vk3Rt8EnvPass""#,
        "//registry.npmjs.org/:_authToken=Vk3Rt8EnvPass", "_auth=Vk3Rt8EnvPass",
        #"sasl.jaas.config=a.ScramLoginModule required username="u" password="Vk3Rt8EnvPass";"#,
        #"{"user":"a","password":"Vk3Rt8EnvPass"}"# + "\n" + #"{"user":"b","password":"other"}"#,
        #"{"user":"a","password":"Vk3Rt8EnvPass",}"#, "db: {user: a, password: Vk3Rt8EnvPass}",
        "{password: Vk3Rt8EnvPass}", #"$env:DB_PASSWORD = "Vk3Rt8EnvPass""#, "Smtp:Password=Vk3Rt8EnvPass",
        "<password>Vk3Rt8EnvPass</password>", "  <server><password> Vk3Rt8EnvPass </password></server>",
        #"<add key="ClearTextPassword" value="Vk3Rt8EnvPass"/>"#,
        "spring.datasource.password=${DB_PASSWORD:Vk3Rt8EnvPass}", "password=${A:-'Vk3Rt8EnvPass'}",
        #"DB_PASSWORD="Vk3Rt8\EnvPass""#, #"password=Vk3Rt8\EnvPass"#, #"password: "Vk3Rt8EnvPass" # a"b"#,
        "amqp://a:first@h1;amqp://b:Vk3Rt8EnvPass@h2", "mongodb://a:Vk3Rt8EnvPass@h1:1,h2:2/x",
        "password: |\n  Vk3Rt8EnvPass\nuser: a", "password: >-\n  Vk3Rt8EnvPass", #"password = """Vk3Rt8EnvPass""""#,
        "- name: DB_PASSWORD\n  value: Vk3Rt8EnvPass", #"[{"name":"DB_PASSWORD","value":"Vk3Rt8EnvPass"}]"#,
        "machine h login u password Vk3Rt8EnvPass", "requirepass Vk3Rt8EnvPass", "'password' => 'Vk3Rt8EnvPass',",
        "declare -x DB_PASSWORD=\"Vk3Rt8EnvPass\"", "mysqldump -u root --password=Vk3Rt8EnvPass db",
        "# old DB_PASSWORD=Vk3Rt8EnvPass", "PGPASSWORD=Vk3Rt8EnvPass psql -h db --set=a",
        "export A_PASSWORD=Vk3Rt8EnvPass; export B=1", "https://Vk3Rt8EnvPass:x-oauth-basic@github.com",
        "https://Vk3Rt8EnvPass@github.com", "https://Vk3Rt8EnvPass:@api.example.com",
        "\u{FEFF}DB_PASSWORD=Vk3Rt8EnvPass\r\n", "\tpassword\t=\tVk3Rt8EnvPass\t",
        #"if [ "$TOKEN" == "Vk3Rt8EnvPass" ]; then"#, #"password=="Vk3Rt8EnvPass""#, "PASSWORD==Vk3Rt8EnvPass",
    ]

    @Test(arguments: spellings)
    func `a password is found in the settings of many programs`(value: String) throws {
        let redactor = try SecretLeafTests.redactor(knowing: value)
        #expect(redactor.redact("is Vk3Rt8EnvPass now") == "is \(Redactor.mask) now")
    }

    @Test func `a password is known as its program reads it, without the escapes of its file`() throws {
        let spellings = [
            (#"DB_PASSWORD="a\"bcdefg9""#, #"a"bcdefg9"#), ("password: 'it''s-hunter9'", "it's-hunter9"),
            (#"password=a\:bcdef\=g9"#, "a:bcdef=g9"), ("PASSWORD=ab$$cdefg9", "ab$cdefg9"),
            ("redis://:aB3,kk9xyz@h", "aB3,kk9xyz"),
        ]
        for (value, secret) in spellings {
            let redactor = try SecretLeafTests.redactor(knowing: value)
            #expect(!redactor.redact("is \(secret) now").contains(secret), "\(value)")
        }
    }

    @Test(arguments: [
        (#"{"auth":"disabled","auth_token":"disabled"}"#, "disabled"),
        (#"{"password":"${DB_PASSWORD}"}"#, "${DB_PASSWORD}"),
        (#"{"token":"{{ .Values.token }}"}"#, "{{ .Values.token }}"), (#"{"auth":"scram-sha-256"}"#, "scram-sha-256"),
        ("DATABASE_URL=postgres://app:${DB_PASSWORD}@db/app", "${DB_PASSWORD}"),
        ("url=postgres://app:$(DB_PASSWORD)@db/app", "$(DB_PASSWORD)"), ("password=$DB_PASSWORD", "$DB_PASSWORD"),
        ("password: {{ .Values.db | quote }}", "{{ .Values.db | quote }}"),
        ("# DATABASE_URL=postgres://user:password@localhost/db", "password authentication failed"),
        ("URL=postgres://postgres:postgres@db/app", "image postgres:16"), ("self.password = password", "the password"),
        ("DB_PASSWORD=changeme", "changeme"),
        ("private_key: /etc/tls/private/server.key", "/etc/tls/private/server.key"),
        (#"{"private_key":"/etc/tls/private/server.key"}"#, "/etc/tls/private/server.key"),
        ("connectionString: jdbc:postgresql://db.shop.svc:5432/shop", "jdbc:postgresql://db.shop.svc:5432/shop"),
        (
            #"{"credentials":{"auth_provider_x509_cert_url":"https://www.googleapis.com/oauth2/v1/certs"}}"#,
            "https://www.googleapis.com/oauth2/v1/certs"
        ),
        (#"{"private_key":["/etc/tls/tls.key"]}"#, "/etc/tls/tls.key"),
        ("API_KEY2=/etc/tls/api.key", "/etc/tls/api.key"),
        ("FILE=secret://team-a/shared", "//team-a/shared"),
        ("if(password==confirmation){", "confirmation"),
        ("the password authentication failed", "authentication"), ("passphrase: information security", "information"),
        ("https://deployment@git.example.com/a", "deployment"),
        ("token: |\n  # a comment\n  kubernetes-auth\n", "kubernetes-auth"),
    ])
    func `what says nothing alone is shown`(value: String, text: String) throws {
        #expect(try SecretLeafTests.redactor(knowing: value).redact("is \(text) now") == "is \(text) now")
    }

    @Test(arguments: [
        "token=", "token='", "token=\"\\\"", "token: ", "a token=b", "password ", "<token>", "://a:b1@,", "://a:b1@/",
        "token=${A:-", "name: token value: ", "token=token=x # ",
    ])
    func `a large text is read in bounded time, whatever settings without an end are in it`(part: String) {
        let text = String(repeating: part, count: (SecretLeaf.maxBytes / 4) / part.utf8.count)
        #expect(SettingReader.leaves(of: text).count <= 16 * SecretLeaf.maxCount)
    }

    @Test(arguments: [
        String(repeating: "token=a,", count: 16_384) + String(repeating: " ", count: 128 << 10),
        "token: |\n" + String(repeating: " a\n", count: 75_000),
        String(
            repeating: "token=token=${A:-${B:-${C:-a$$ # " + String(repeating: "x", count: 16_000) + "}}}\n",
            count: 15
        ),
        String(repeating: "token==a ", count: 29_000),
        String(repeating: "<token>", count: 35_000), String(repeating: "://a:b'c@", count: 25_000),
        String(repeating: "token=\"a\"b\" ", count: 20_000),
    ])
    func `a large value is remembered in bounded time and room, whatever is in it`(text: String) throws {
        let redactor = try SecretLeafTests.redactor(knowing: text)
        #expect(redactor.redact("harmless") == "harmless")
        let leaves = SettingReader.leaves(of: text)
        #expect(leaves.reduce(0) { $0 + $1.text.utf8.count } <= 4 * text.utf8.count + (16 << 10))
        #expect(leaves.allSatisfy { $0.text.utf8.count <= 16 << 10 })
    }

    @Test func `a whole value is masked also where it looks like the place of another one`() throws {
        for secret in [
            "$uperS3cretPassw0rd", "$9xK2mP4qRvT7", "%aB3kQ9zLm2%", "$(k9x!m@2q)", "{{hunter-two-x}}", "${ABCDEFGH}",
        ] {
            #expect(
                try SecretLeafTests.redactor(knowing: secret).redact("is \(secret) now") == "is \(Redactor.mask) now"
            )
        }
    }

    @Test func `what does not look like a credential is hidden behind a telling key`() throws {
        let blocks = (1...6).map { number in
            "private_key_\(number): |\n" + (1...52).map { "  line \(number) \($0) of a key\n" }.joined()
        }
        for value in [
            "DB_PASSWORD=letmein-please ", "DB_PASSWORD=letmein-please\t\r\n",
            "password: ${env:DB_PASSWORD:-letmein-please}", "password=${A[0]:-letmein-please}",
            "A='{\(String(repeating: "x", count: 20_000)),\"password\":\"letmein-please\"}'",
            "TOKEN='{\(String(repeating: "x", count: 20_000)),\"password\":\"letmein-please\"}'",
            #"DB_PASSWORD="letmein-please""#, "password: letmein-please # old",
            "https://u:letmein-please@h,a@example.com",
            "postgres://app:letmein-please@db'x", "${x}: y\npassword=${my-app.pg:letmein-please}",
            blocks.joined() + "db_password: letmein-please", "<wsse:Password>letmein-please</wsse:Password>",
        ] {
            let shown = try SecretLeafTests.redactor(knowing: value).redact("is letmein-please now")
            #expect(shown == "is \(Redactor.mask) now", "\(value.suffix(80))")
        }
        for (value, secret) in [
            ("AWS_SECRET_ACCESS_KEY=//kJx9QmVb2R", "//kJx9QmVb2R"), ("DB_PASSWORD=$K9XQ2MVBT7", "$K9XQ2MVBT7"),
            ("DB_PASSWORD=/Summer/2024", "/Summer/2024"),
            (#"{"password":["/Summer/2024"]}"#, "/Summer/2024"), (#"{"auth":"/Summer/2024"}"#, "/Summer/2024"),
            (#"[{"name":"DB_PASSWORD","value":"/Summer/2024"}]"#, "/Summer/2024"),
            (String(repeating: "[ $TOKEN == a ] || ", count: 8) + "\nDB_PASSWORD=Vk3Rt8EnvPass", "Vk3Rt8EnvPass"),

            (#"DB_PASSWORD="Vk3"Rt8EnvPass""#, #"Vk3"Rt8EnvPass"#), (#"DB_PASSWORD="x"K9mP2qRvT"#, #""x"K9mP2qRvT"#),
            ("postgres://app:Vk3'Rt8>Pass@db/x", "Vk3'Rt8>Pass"), (#"Password="ab""cdefg9";"#, #"ab"cdefg9"#),
            (#"{"password":"a\u0026bcdefg9"}x"#, "a&bcdefg9"),
        ] {
            #expect(
                !(try SecretLeafTests.redactor(knowing: value).redact("is \(secret) now")).contains(secret),
                "\(value)"
            )
        }
    }

    @Test func `of words between the marks of JSON none is masked`() throws {
        let redactor = try SecretLeafTests.redactor(
            knowing:
                "{\"u\":\"a\",\"token\":null}\n{\"token\":\"x\"}\n\"renew_token\": true,\nuse_token = false;\npassword: string;"
        )
        for text in ["{\"a\":null}", "\"x\": true,", "y = false;", "a: string;", "{\"b\":\"x\"}"] {
            #expect(redactor.redact(text) == text)
        }
    }

    @Test func `of two hundred passwords in which there is whatever ends a setting each is known`() throws {
        let lines = (1...200).map { "K\($0)_PASSWORD=Vk\($0)Rt8,Env\($0)Pass" }
        let redactor = try SecretLeafTests.redactor(knowing: lines.joined(separator: "\n"))
        for number in [1, 129, 200] {
            #expect(!redactor.redact("is Vk\(number)Rt8,Env\(number)Pass").contains("Rt8"))
        }
    }

    @Test func `a value far below a name, or behind a word in angle brackets, is no secret`() throws {
        for value in [
            "- name: pull-secret\na: b\nc: d\ne: f\nvalue: eu-central-1a", "usage: deploy <token> eu-central-1a",
        ] {
            #expect(
                try SecretLeafTests.redactor(knowing: value).redact("is eu-central-1a now") == "is eu-central-1a now"
            )
        }
    }
}
