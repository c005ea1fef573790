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
        redactor.allow(names: ["argo-server-rbac", "argo-server-binding.yaml", "argo-server-binding", "yaml"])
        let place = "infra/argo-server-rbac/argo-server-binding.yaml:12: ClusterRoleBinding"
        #expect(redactor.redact(place) == place)
        #expect(redactor.redact("infra/argo-server-other/a.yaml:1") == "infra/••••••-other/a.yaml:1")
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
