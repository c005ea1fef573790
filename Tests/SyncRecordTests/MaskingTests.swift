// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRecord
import Testing

/// What a difference of objects hides beside the values of Secrets, and what it never hides.
@Suite(.timeLimit(.minutes(1))) struct MaskingTests {
    private func configMap(_ data: JSON, namespace: String = "shop") throws -> KubeObject {
        try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap", "data": data,
            "metadata": ["name": "settings", "namespace": .string(namespace)],
        ])
    }

    private func shown(_ before: KubeObject?, _ after: KubeObject?) throws -> String {
        try #require(DiffText(before: before, after: after)).text
    }

    @Test(
        arguments: [
            ["server.pem": "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n"],
            [".dockerconfigjson": "{\"auths\":{\"r\":{\"auth\":\"canary\"}}}"], ["tls.key": "canary"],
            ["SECRET_KEY_BASE": "canary"], ["DB_PASS": "canary"], ["PGPASS": "canary"], ["PGPASSWORD": "canary"],
            ["pwd": "canary"], ["app.properties": "port = 1\ndb.password = canary\n"],
            ["start.sh": "exec tool --token canary --port 1\n"], ["config.yaml": "db:\n  password: canary\n"],
            ["config.json": "{\"clientSecret\": \"canary\"}"],
        ] as [JSON]
    )
    func `what a ConfigMap holds of credentials is hidden`(data: JSON) throws {
        #expect(!(try shown(nil, try configMap(data))).contains("canary"))
    }

    @Test func `the value of an option in a list of arguments is hidden`() throws {
        func pod(_ arguments: [JSON]) throws -> KubeObject {
            try KubeObject([
                "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "a"],
                "spec": ["containers": [["name": "web", "args": .array(arguments)]]],
            ])
        }
        let before = try pod(["--port", "80", "--token", "canary-1", "--db-password=canary-2"])
        let after = try pod(["--port", "81", "--token", "canary-3", "--db-password=canary-4", "-password", "canary-5"])
        let text = try shown(before, after)
        #expect(!text.contains("canary"))
        #expect(text.contains("+    - \"81\"") && text.contains("•••••• (changed)"))
    }

    @Test func `a password that is another one in its last digit alone is shown as changed`() throws {
        let text = try shown(try configMap(["password": "abcdefgh1"]), try configMap(["password": "abcdefgh2"]))
        #expect(text.contains("+  password: •••••• (changed)\n"), "\(text)")
    }

    @Test func `the line of a changed password is marked when other lines of the text change, too`() throws {
        let before = try configMap(["app.conf": "port=1\npassword=canary-1\n"])
        let text = try shown(before, try configMap(["app.conf": "port=1\npassword=canary-2\nnew=1\n"]))
        for line in ["-    password=••••••\n", "+    password=•••••• (changed)\n", "+    new=1\n", "     port=1\n"] {
            #expect(text.contains(line), "\(text)")
        }
        #expect(!text.contains("canary"))
    }

    @Test func `annotations of a Secret are hidden but for our own`() throws {
        let secret = try KubeObject.secret(
            data: [("login", "x")],
            annotations: [("note", "canary"), ("a.example.com/copy", "canary"), ("sternpost.dev/wave", "2")]
        )
        let text = try shown(nil, secret)
        #expect(!text.contains("canary"))
        #expect(text.contains("note: ••••••") && text.contains("sternpost.dev/wave: \"2\""))
    }

    @Test(
        arguments: [
            ["data": "canary"], ["stringData": "canary"], ["stringdata": ["a": "canary"]], ["Data": ["a": ["canary"]]],
            ["immutable": "canary"], ["spec": ["a": "canary"]], ["data": ["a": ["b": "canary"]]],
            ["metadata": ["name": "a", "annotations": "canary"]],
            ["metadata": ["name": "a", "annotations": ["canary"]]],
        ] as [JSON]
    )
    func `a malformed Secret beside a good one shows no value`(members: JSON) throws {
        let good = try KubeObject.secret(data: [("login", "x")], annotations: [("a", "b")])
        var json = good.json
        for member in members.object ?? JSONObject() { json[member.key] = member.value }
        guard let bad = try? KubeObject(json) else { return }
        for (before, after) in [(good, bad), (bad, good), (nil, bad)] as [(KubeObject?, KubeObject?)] {
            let text = DiffText(before: before, after: after)?.text
            #expect(text?.contains("canary") != true)
        }
    }

    @Test func `what fields and items are called is shown in paths, whatever a Secret holds`() throws {
        Redactor.shared.register("app-1-container")
        let difference = FieldDifference(
            path: [
                .field("spec"), .field("containers"),
                .key(JSONObject([.init(key: "name", value: "app-1-container")])), .field("image"),
            ],
            before: "nginx:1",
            after: "nginx:2"
        )
        let kind = GroupKind(group: "apps", kind: "Deployment")
        let id = ObjectID(groupKind: kind, namespace: "shop", name: "web")
        let change = FieldChange(difference, of: kind).redacted(of: id, by: .shared)
        #expect(change.path == #".spec.containers[name="app-1-container"].image"#)
    }

    @Test func `names of an object and keys are shown, whatever a Secret holds`() throws {
        Redactor.shared.register("bug-mask-namespace")
        Redactor.shared.register("settings-key-1")
        let text = try shown(
            nil,
            try configMap(["settings-key-1": "a bug-mask-namespace b"], namespace: "bug-mask-namespace")
        )
        #expect(text.contains("+++ after ConfigMap bug-mask-namespace/settings"))
        #expect(text.contains("namespace: bug-mask-namespace"))
        #expect(text.contains("settings-key-1: a •••••• b"))
    }

    @Test func `a run of letters beside a URL is masked as fast as any text`() throws {
        let run = String(repeating: "abcdefgh", count: 10_000)
        let text = try shown(nil, try configMap(["a": .string(run), "b": "http://x", "c": "https://u:canary@h"]))
        #expect(!text.contains("canary"))
    }

    @Test func `lists of twenty-six thousand named elements are paired as fast as short ones`() throws {
        func object(_ value: Int64) throws -> KubeObject {
            let items = (0..<26_000).map { ["name": .string("n\($0)"), "value": .int($0 == 5 ? value : 0)] as JSON }
            return try KubeObject([
                "apiVersion": "e.com/v1", "kind": "Thing", "metadata": ["name": "a"], "spec": .array(items.reversed()),
            ])
        }
        let diff = try #require(DiffText(before: try object(1), after: try object(2)))
        #expect(diff.isTruncated && diff.text.contains("too large to compare line by line"))
    }

    @Test func `a large object that differs in one line shows that line`() throws {
        var data = JSONObject()
        for number in 0..<8_000 { data["key-\(number)"] = "value" }
        let before = try configMap(.object(data))
        data["key-700"] = "other"
        let diff = try #require(DiffText(before: before, after: try configMap(.object(data))))
        #expect(!diff.isTruncated && diff.text.contains("-  key-700: value\n+  key-700: other\n"))
    }
}
