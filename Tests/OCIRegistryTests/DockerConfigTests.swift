// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry
import PlainText
import Testing

/// Pull Secrets in all their forms.
struct DockerConfigTests {
    private func config(_ json: JSON) throws(DockerConfigError) -> DockerConfig {
        try DockerConfig(dockerconfigjson: json.serialized(), source: "Secret team/pull")
    }

    private func base64(_ text: String) -> JSON { .string(Base64.text(of: Array(text.utf8))) }

    @Test func `every form of entry gives its credential`() throws {
        let entries: [(JSON, RegistryCredential?)] = [
            (["username": "u1", "password": "p-one"], .basic(username: "u1", password: "p-one")),
            (["auth": base64("u2:p:with:colons")], .basic(username: "u2", password: "p:with:colons")),
            (["auth": base64("u3:padded\0\0")], .basic(username: "u3", password: "padded")),
            (["auth": .string("dTQ6cGFzc3dvcmQ")], .basic(username: "u4", password: "password")),
            (
                ["username": "x", "password": "y-old", "auth": base64("u5:newer")],
                .basic(username: "u5", password: "newer")
            ),
            (["email": "a@b.c", "username": "u6", "password": "p-six"], .basic(username: "u6", password: "p-six")),
            (["identitytoken": "refresh-me", "auth": base64("0000:")], .identityToken("refresh-me", username: "0000")),
            (["registrytoken": "bear-me"], .registryToken("bear-me")),
            ([:], nil), (["email": "a@b.c"], nil),
        ]
        for (entry, expected) in entries {
            let image = try ImageReference("ghcr.io/a/b")
            let read = try config(["auths": ["ghcr.io": entry], "credsStore": "desktop"])
            #expect(read.problems.isEmpty)
            #expect(read.keyring.credentials(for: image) == (expected.map { [$0] } ?? []))
            let legacy = try DockerConfig(dockercfg: (["ghcr.io": entry] as JSON).serialized(), source: "s")
            #expect(legacy.keyring == read.keyring)
        }
    }

    @Test(
        arguments: [
            (["auth": "%%%"], "auth is no base64"),
            (["auth": "bm9jb2xvbg=="], "auth is not the base64 of username:password"),
            (["auth": "/////w=="], "auth is no text"),
            (["auth": 7], "auth is a number, not a string"),
            (["password": "canary-lonely"], "it has a password without a username"),
            (["username": "canary:colon", "password": "p"], "the username holds a colon"),
            (["username": "u", "password": "canary\nline"], "a name, password or token holds a control character"),
            ("canary-text", "it is a string, not a map"),
        ] as [(JSON, String)]
    )
    func `a malformed entry is named without its content, and stops no other`(entry: JSON, problem: String) throws {
        let read = try config(["auths": ["bad.io": entry, "good.io": ["username": "u", "password": "fine-one"]]])
        #expect(read.problems.map(\.description) == ["Secret team/pull: entry \"bad.io\": \(problem)"])
        #expect(!read.problems.map(\.description).joined().contains("canary"))
        #expect(read.keyring.credentials(for: try ImageReference("good.io/a")).count == 1)
        #expect(read.keyring.credentials(for: try ImageReference("bad.io/a")).isEmpty)
    }

    @Test(arguments: ["", "[]", "{", "nonsense canary", #"{"auths": []}"#, #"{"auths": "canary"}"#])
    func `a document that is not a configuration is one error without its content`(text: String) {
        #expect(throws: DockerConfigError.self) {
            try DockerConfig(dockerconfigjson: Array(text.utf8), source: "Secret team/pull")
        }
        do throws(DockerConfigError) {
            _ = try DockerConfig(dockerconfigjson: Array(text.utf8), source: "Secret team/pull")
        } catch {
            #expect(error.description.hasPrefix("Secret team/pull: "))
            #expect(!error.description.contains("canary"))
        }
    }

    @Test func `too many entries are refused`() {
        let entries = (0...1000).map { JSONObject.Member(key: "h\($0).io", value: [:]) }
        #expect(throws: DockerConfigError.self) { try config(["auths": .object(JSONObject(entries))]) }
    }

    @Test func `what a Secret holds shows nowhere`() throws {
        let secret = "canary-s3cr3t-7731"
        let json: JSON = ["auths": ["ghcr.io": ["username": "u", "password": .string(secret)]]]
        let read = try config(json)
        let image = try ImageReference("ghcr.io/a")
        var dumped = "\(read) \(read.keyring) \(read.keyring.credentials(for: image))"
        dump(read, to: &dumped)
        dump(read.keyring.credentials(for: image), to: &dumped)
        dumped += String(reflecting: read.keyring.credentials(for: image))
        #expect(!dumped.contains("canary"))
        #expect(!Redactor.shared.redact("it is \(secret)").contains("canary"))
        let encoded = Base64.text(of: Array("u:\(secret)".utf8))
        #expect(!Redactor.shared.redact("it is \(encoded)").contains(encoded))
    }
}

/// Which entries are for which image, as kubelet finds them.
struct RegistryKeyringTests {
    private func names(_ places: [String], _ image: String) throws -> [String] {
        let keyring = RegistryKeyring(places.map { ($0, .basic(username: $0, password: "-")) })
        return keyring.credentials(for: try ImageReference(image)).map {
            if case .basic(let username, _) = $0 { username } else { "?" }
        }
    }

    @Test(
        arguments: [
            (["ghcr.io"], "ghcr.io/a/b", ["ghcr.io"]),
            (["https://ghcr.io"], "ghcr.io/a", ["https://ghcr.io"]),
            (["http://ghcr.io/v2/"], "ghcr.io/a", ["http://ghcr.io/v2/"]),
            (["ghcr.io"], "ghcr.io:443/a", []),
            (["r.io:5000"], "r.io:5000/a", ["r.io:5000"]), (["r.io:5000"], "r.io/a", []), (["r.io"], "r.io:5000/a", []),
            (["r.io", "r.io/team/app", "r.io/team"], "r.io/team/app", ["r.io/team/app", "r.io/team", "r.io"]),
            (["r.io/team"], "r.io/teams/app", ["r.io/team"]), (["r.io/team"], "r.io/other", []),
            (["*.example.com"], "a.example.com/x", ["*.example.com"]),
            (["*.example.com"], "a.b.example.com/x", []), (["*.example.com"], "example.com/x", []),
            (["*.*.example.com"], "a.b.example.com/x", ["*.*.example.com"]),
            (["r*y.io"], "registry.io/x", ["r*y.io"]),
            (["*.io", "r.io"], "r.io/x", ["r.io", "*.io"]),
            (["*.io:5000"], "r.io:5000/x", ["*.io:5000"]),
            (["https://index.docker.io/v1/"], "nginx", ["https://index.docker.io/v1/"]),
            (["docker.io"], "nginx", ["docker.io"]), (["registry-1.docker.io"], "a/b", ["registry-1.docker.io"]),
            (["index.docker.io", "docker.io/acme"], "acme/x", ["docker.io/acme", "index.docker.io"]),
            (["docker.io"], "ghcr.io/a", []), (["[::1]:5000"], "[::1]:5000/a", ["[::1]:5000"]),
            (["", "a b", "u:p@r.io", "://"], "r.io/x", []),
        ] as [([String], String, [String])]
    )
    func `an image finds its entries, the longest path first`(places: [String], image: String, found: [String]) throws {
        #expect(try names(places, image) == found)
    }

    @Test func `several Secrets are one keyring, the earlier first`() throws {
        let first = keyring("r.io", "first")
        let second = RegistryKeyring([
            ("r.io", .basic(username: "second", password: "-")), ("r.io/a", .basic(username: "deep", password: "-")),
        ])
        let merged = RegistryKeyring(merging: [first, second, first])
        let users = merged.credentials(for: try ImageReference("r.io/a/b")).map { credential -> String in
            if case .basic(let username, _) = credential { username } else { "?" }
        }
        #expect(users == ["deep", "first", "second"])
    }

    @Test func `no glob takes long`() throws {
        let stars = String(repeating: "*a", count: 400)
        #expect(try names(["\(stars).io"], "\(String(repeating: "a", count: 60))b.io/x").isEmpty)
    }
}
