// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import PlainText
import SyncPlan
import SyncRecord
import TestKit
import Testing

@Suite struct DiffTextTests {
    @Test func `a change shows as a unified diff of YAML`() throws {
        let diff = try #require(
            DiffText(
                before: try .deployment("web", replicas: 5),
                after: try .deployment("web", replicas: 2, image: "web:2"),
                afterLabel: "infra/web.yaml:3"
            )
        )
        #expect(
            diff.text == """
                --- before Deployment.apps shop/web
                +++ infra/web.yaml:3
                @@ -4,9 +4,9 @@
                   name: web
                   namespace: shop
                 spec:
                -  replicas: 5
                +  replicas: 2
                   template:
                     spec:
                       containers:
                -      - image: web:1
                +      - image: web:2
                         name: web

                """
        )
        #expect(!diff.isTruncated)
    }

    @Test func `a created object is all additions, a deleted one all removals`() throws {
        let object = try KubeObject.deployment("web", replicas: 1)
        let created = try #require(DiffText(before: nil, after: object))
        #expect(
            created.text.hasPrefix("--- /dev/null\n+++ after Deployment.apps shop/web\n@@ -0,0 +1,12 @@\n+apiVersion")
        )
        let deleted = try #require(DiffText(before: object, after: nil))
        #expect(
            deleted.text.hasPrefix("--- before Deployment.apps shop/web\n+++ /dev/null\n@@ -1,12 +0,0 @@\n-apiVersion")
        )
    }

    @Test(arguments: [
        "status", "metadata.resourceVersion", "metadata.uid", "metadata.generation", "metadata.creationTimestamp",
        "metadata.managedFields", "metadata.annotations.kubectl_kubernetes_io/last-applied-configuration",
    ])
    func `what only the server writes makes no difference`(path: String) throws {
        let before = try KubeObject.deployment("web", replicas: 1)
        var after = before
        let steps = path.split(separator: ".").map { String($0).replacing("_", with: ".") }
        after.json[steps] = path.hasSuffix("generation") ? 7 : "other"
        #expect(DiffText(before: before, after: after) == nil)
    }

    @Test func `a Secret shows which keys changed and never a value`() throws {
        let before = try KubeObject.secret(data: [
            ("same", "canary-one"), ("new", "canary-two"), ("gone", "canary-three"),
        ])
        var after = try KubeObject.secret(data: [("same", "canary-one"), ("new", "canary-four")])
        after.json["stringData"] = ["added": "canary-five"]
        let text = try #require(DiffText(before: before, after: after)).text
        #expect(!text.contains("canary"))
        for value in ["one", "two", "three", "four", "five"] {
            #expect(!text.contains(Base64.text(of: Array("canary-\(value)".utf8))))
        }
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.contains("+  added: ••••••"))
        #expect(lines.contains("-  gone: ••••••"))
        #expect(lines.contains("-  new: ••••••"))
        #expect(lines.contains("+  new: •••••• (changed)"))
        #expect(lines.contains("   same: ••••••"))
        #expect(!text.contains("stringData"))
    }

    @Test func `stringData and another spelling of base64 are no change`() throws {
        let before = try KubeObject.secret(data: [("login", "canary-value")])
        var after = before
        after.json["data"] = nil
        after.json["stringData"] = ["login": "canary-value"]
        #expect(DiffText(before: before, after: after) == nil)
        var folded = before
        let text = Base64.text(of: Array("canary-value".utf8))
        folded.json[["data", "login"]] = .string(text.prefix(8) + "\n" + text.dropFirst(8))
        #expect(DiffText(before: before, after: folded) == nil)
    }

    @Test(
        arguments: [
            ["data": "canary-secret"], ["data": ["k": 5]], ["data": ["k": ["canary-secret"]]],
            ["stringData": ["k": 12345]],
            ["stringData": "canary-secret"], ["data": ["k": nil]],
        ] as [JSON]
    )
    func `an invalid Secret shows no value either`(data: JSON) throws {
        var object = try KubeObject.secret(data: [])
        for member in data.object ?? JSONObject() { object.json[member.key] = member.value }
        let text = DiffText(before: nil, after: object)?.text ?? ""
        #expect(!text.contains("canary") && !text.contains("12345") && !text.contains("5\n"))
    }

    @Test func `a Secret's value is masked wherever its object repeats it`() throws {
        let object = try KubeObject.secret(
            data: [("login", "canary-value")],
            annotations: [
                ("note", "the password is canary-value"),
                ("kubectl.kubernetes.io/last-applied-configuration", "{\"stringData\":{\"login\":\"canary-value\"}}"),
            ]
        )
        let text = try #require(DiffText(before: nil, after: object)).text
        #expect(!text.contains("canary"))
        #expect(!text.contains("last-applied"))
        #expect(text.contains("note: ••••••"))
    }

    @Test func `telling names hide their values in every kind`() throws {
        func object(_ value: String) throws -> KubeObject {
            try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings"],
                "data": ["DB_PASSWORD": .string(value), "plain": "shown"],
                "spec": [
                    "env": [["name": "API_TOKEN", "value": .string(value)], ["name": "MODE", "value": "shown"]]
                ],
            ])
        }
        let text = try #require(DiffText(before: try object("canary-1"), after: try object("canary-2"))).text
        #expect(!text.contains("canary"))
        #expect(text.contains("DB_PASSWORD: •••••• (changed)"))
        #expect(text.contains("value: •••••• (changed)"))
        #expect(text.contains("shown"))
    }

    @Test func `a registered secret is masked in any object, and its change still shows`() throws {
        let secrets = ["canary-\(UUID().uuidString)", "canary-\(UUID().uuidString) with \"quotes\""]
        for secret in secrets { Redactor.shared.register(secret) }
        func object(_ value: String) throws -> KubeObject {
            try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings"],
                "data": ["url": .string("https://example.com/?key=\(value)")],
            ])
        }
        let text = try #require(DiffText(before: try object(secrets[0]), after: try object(secrets[1]))).text
        #expect(!text.contains("canary"))
        #expect(text.contains("+  url: https://example.com/?key=•••••• (changed)"))
    }

    @Test func `a long diff is cut and says so`() throws {
        var object = try KubeObject.deployment("web", replicas: 1)
        for index in 0..<5000 { object.json[["data", "key-\(index)"]] = "value" }
        let diff = try #require(DiffText(before: nil, after: object))
        #expect(diff.isTruncated)
        #expect(diff.text.split(separator: "\n").count == DiffText.maxLines + 3)
        #expect(diff.text.hasSuffix("more lines\n"))
    }
}

extension DiffTextTests {
    @Test func `two spellings of a key are two lines of a diff`() throws {
        func object(_ value: String) throws -> KubeObject {
            try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c", "namespace": "shop"],
                "data": ["caf\u{E9}": .string(value), "cafe\u{301}": "same"],
            ])
        }
        let text = try #require(DiffText(before: object("old"), after: object("new"))?.text)
        #expect(text.contains("caf\u{E9}: new") && text.contains("cafe\u{301}: same"), "\(text)")
    }
}
