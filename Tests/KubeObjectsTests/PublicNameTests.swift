// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

/// Names of objects are never hidden, not even when a Secret holds the same text.
@Suite struct PublicNameTests {
    private func redact(_ text: String) -> String {
        let redactor = Redactor()
        redactor.register("bug-mask")
        redactor.register("db-primary")
        redactor.allow(names: ["bug-mask", "eu-db-primary-0", "Bad_Name"])
        return redactor.redact(text)
    }

    @Test(arguments: [
        "ConfigMap bug-mask/Bad_Name", "PATCH /api/v1/namespaces/bug-mask/configmaps/Bad_Name",
        "namespaces \"bug-mask\" not found", "namespace bug-mask: gone.", "Pod eu-db-primary-0 is not ready",
        "bug-mask.svc.cluster.local", ".metadata.labels.bug-mask: no", "in bug-mask.",
    ])
    func `a name that is a Secret's value as well is shown`(text: String) { #expect(redact(text) == text) }

    @Test(arguments: [
        ("x-bug-mask", "x-••••••"), ("bug-mask2", "••••••2"), ("db-primary", "••••••"),
        ("https://u:bug-mask@host", "https://••••••@host"),
    ])
    func `what only holds the text of a name is hidden`(text: String, expected: String) {
        #expect(redact(text) == expected)
    }

    @Test func `the folders and files of a manifest are shown, as far as they are known`() {
        let redactor = Redactor()
        redactor.register("argo-server")
        redactor.allow(paths: ["infra/argo-server-rbac/argo-server-binding.yaml"])
        for place in [
            "infra/argo-server-rbac/argo-server-binding.yaml:12: ClusterRoleBinding",
            "(argo-server-rbac/argo-server-binding.yaml:12:3)", "see ../argo-server-rbac/argo-server-binding.yaml.",
            "argo-server-binding.yaml", "the folder \"infra/argo-server-rbac\" is empty",
        ] {
            #expect(redactor.redact(place) == place)
        }
        #expect(redactor.redact("infra/argo-server-other/a.yaml:1") == "infra/••••••-other/a.yaml:1")
    }

    @Test(arguments: [
        "infra/my app/argo-server-rbac/x.yaml:3:1: no kind", "infra/@me/argo-server-rbac/x.yaml",
        "in infra/a+b/argo-server-rbac/x.yaml.", "infra/größe/argo-server-rbac/x.yaml",
        "/home/me/repo/plain/argo-server-rbac/x.yaml:12", "main:plain/argo-server-rbac/x.yaml",
        "/a/b/c/d/e/f/g/h/i/j/plain/argo-server-rbac/x.yaml", "argo.yaml:plain/argo-server-rbac/x.yaml",
    ])
    func `a known path is shown behind other folders, a branch, or letters that end a name`(text: String) {
        let redactor = Redactor()
        redactor.register("argo-server")
        redactor.allow(
            paths: ["my app", "@me", "a+b", "größe"].map { "infra/\($0)/argo-server-rbac/x.yaml" }
                + ["plain/argo-server-rbac/x.yaml"]
        )
        #expect(redactor.redact(text) == text)
        #expect(redactor.redact("argo-server/\(text)") == "\(Redactor.mask)/\(text)")
        #expect(redactor.redact("a/argo-server-rbac/y.yaml") == "a/\(Redactor.mask)-rbac/y.yaml")
    }

    @Test(arguments: ["s3cr3t9hunter2", "hunter-2-hunter", "pa/ss4/word9x.json"])
    func `a file that is called like a Secret's value does not show the value in other texts`(value: String) {
        let redactor = Redactor()
        redactor.register(value)
        redactor.allow(paths: [
            "infra/\(value).yaml", "infra/\(value)", "infra/\(value)/a.yaml", "\(value).yaml", "\(value)/a.yaml", value,
        ])
        #expect(redactor.redact("Set the password to \(value)") == "Set the password to \(Redactor.mask)")
        #expect(redactor.redact("\(value): denied") == "\(Redactor.mask): denied")
        #expect(redactor.redact("infra/\(value).yaml:3: no kind") == "infra/\(value).yaml:3: no kind")
    }

    @Test(arguments: [
        "s3cr3t9hunter2", "x-s3cr3t9hunter2", "c0ffee11-22aa-4b4b-8c8c-0a1b2c3d4e5f", "Tr0ub4dorAnd3x",
        "3f2a9c1d7b4e", "web-c0ffee11-22aa-4b4b-abcd-0a1b2c3d4e5f",
    ])
    func `an object that is called like a password does not show the password in other texts`(value: String) {
        let redactor = Redactor()
        redactor.register(value)
        redactor.allow(names: [value])
        #expect(redactor.redact("Set the password to \(value)") == "Set the password to \(Redactor.mask)")
    }

    @Test(arguments: [
        "production", "correct-horse-battery", "db-2f8a9c1d7b", "e2e-1a2b3c4d", "settings-7k2m9f5t4b",
        "web-12.example.com",
        "chacha20poly1305", "system:kube-scheduler", "k8s-node-12", "preview-3f2a9c1d7b4e", "db-3f2a9c1d7b4e",
        "release-3f2a9c1d7b4e-web-config", "pr12-0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    ])
    func `a name as people and tools give them is shown, whatever a Secret holds`(name: String) {
        let redactor = Redactor()
        redactor.register(name)
        redactor.allow(names: [name])
        #expect(redactor.redact("namespaces \"\(name)\" not found") == "namespaces \"\(name)\" not found")
    }

    @Test(arguments: [
        ("release-3f2a9c1d7b4e-web-config", "web-config"), ("db-2f8a9c1d7b-web-config", "web-config"),
        ("s3cr3t9hunter2-web-config", "web-config"), ("web-config-c0ffee11-22aa-4b4b-8c8c-0a1b2c3d4e5f", "web-config"),
    ])
    func `a plain part of a name is shown in it, whatever the name looks like`(name: String, value: String) {
        let redactor = Redactor()
        redactor.register(value)
        redactor.allow(names: [name])
        #expect(redactor.redact("ConfigMap \(name) is gone: \(value)") == "ConfigMap \(name) is gone: \(Redactor.mask)")
    }

    @Test func `an object's name hides a password in it that is known by pieces`() {
        let redactor = Redactor()
        // Of texts that begin alike only a few lengths are known.
        for length in [5, 6, 7, 9] { redactor.register(String("s3cr-q-x-z".prefix(length))) }
        redactor.register("s3cr3t9hunter2")
        redactor.allow(names: ["s3cr3t9hunter2"])
        let shown = redactor.redact("Set the password to s3cr3t9hunter2")
        #expect(shown.replacing(Redactor.mask, with: "") == "Set the password to ")
    }

    @Test func `a generated name behind a telling word is shown, as far as it is known`() {
        let redactor = Redactor()
        redactor.allow(names: ["db-2f8a9c1d7b"])
        for text in ["secret: db-2f8a9c1d7b", "the secret: \"db-2f8a9c1d7b\" is gone", "secret: db-2f8a9c1d7b, then"] {
            #expect(redactor.redact(text) == text)
        }
        #expect(redactor.redact("secret: db-9c1d7b2f8a") == "secret: \(Redactor.mask)")
        #expect(redactor.redact("password=db-2f8a9c1d7b") == "password=\(Redactor.mask)")
    }
}
