// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects
import Testing

/// One script of writes to a ConfigMap with the data and owners that a real kube-apiserver 1.36 answered.
struct ApplyCase: Sendable, CustomTestStringConvertible {
    let name: String
    let writes: [OwnershipScript.Write]
    /// nil: the object has no data.
    let data: String?
    let owners: [String]

    var testDescription: String { name }
}

private func data(_ text: String) -> String { TestSchemas.configMap(text) }

struct ServerSideApplyTests {
    static let cases: [ApplyCase] = [
        ApplyCase(
            name: "the applier owns what it applied",
            writes: [.apply(data(#"{"a":"1"}"#), by: "m")],
            data: #"{"a":"1"}"#,
            owners: [#"Apply m: {"f:data":{"f:a":{}}}"#]
        ),
        ApplyCase(
            name: "a field that leaves the configuration is removed",
            writes: [.apply(data(#"{"a":"1","b":"2"}"#), by: "m"), .apply(data(#"{"a":"1"}"#), by: "m")],
            data: #"{"a":"1"}"#,
            owners: [#"Apply m: {"f:data":{"f:a":{}}}"#]
        ),
        ApplyCase(
            name: "a co-owned field stays until the last owner leaves it",
            writes: [
                .apply(data(#"{"a":"1","b":"1"}"#), by: "m"), .apply(data(#"{"a":"1"}"#), by: "n"),
                .apply(data(#"{"b":"1"}"#), by: "m"),
            ],
            data: #"{"a":"1","b":"1"}"#,
            owners: [#"Apply n: {"f:data":{"f:a":{}}}"#, #"Apply m: {"f:data":{"f:b":{}}}"#]
        ),
        ApplyCase(
            name: "the last owner's removal removes",
            writes: [
                .apply(data(#"{"a":"1","b":"1"}"#), by: "m"), .apply(data(#"{"a":"1"}"#), by: "n"),
                .apply(data(#"{"b":"1"}"#), by: "m"), .apply(data("{}"), by: "n"),
            ],
            data: #"{"b":"1"}"#,
            owners: [#"Apply m: {"f:data":{"f:b":{}}}"#, #"Apply n: {"f:data":{}}"#]
        ),
        ApplyCase(
            name: "force takes the field from its owner",
            writes: [
                .apply(data(#"{"a":"1","b":"1"}"#), by: "m"), .apply(data(#"{"a":"2"}"#), by: "n", force: true),
            ],
            data: #"{"a":"2","b":"1"}"#,
            owners: [#"Apply m: {"f:data":{"f:b":{}}}"#, #"Apply n: {"f:data":{"f:a":{}}}"#]
        ),
        ApplyCase(
            name: "a created field is not removed by an applier that leaves it",
            writes: [
                .create(data(#"{"a":"1","b":"2"}"#), by: "c"), .apply(data(#"{"a":"1"}"#), by: "n"),
                .apply(data("{}"), by: "n"),
            ],
            data: #"{"a":"1","b":"2"}"#,
            owners: [
                #"Apply n: {"f:data":{}}"#, #"Update c: {"f:data":{".":{},"f:a":{},"f:b":{}}}"#,
            ]
        ),
        ApplyCase(
            name: "an update owns what it changed and loses what it removed",
            writes: [
                .create(data(#"{"a":"1","b":"2"}"#), by: "c"), .merge(#"{"data":{"a":"3"}}"#, by: "o"),
                .merge(#"{"data":{"b":null,"c":"1"}}"#, by: "p"),
            ],
            data: #"{"a":"3","c":"1"}"#,
            owners: [
                #"Update c: {"f:data":{}}"#, #"Update o: {"f:data":{"f:a":{}}}"#,
                #"Update p: {"f:data":{"f:c":{}}}"#,
            ]
        ),
        ApplyCase(
            name: "an object without owners gets before-first-apply",
            writes: [
                .create(data(#"{"a":"1","b":"1"}"#), by: "c"), .merge(#"{"metadata":{"managedFields":[{}]}}"#, by: "o"),
                .apply(data(#"{"a":"1"}"#), by: "n"),
            ],
            data: #"{"a":"1","b":"1"}"#,
            owners: [
                #"Apply n: {"f:data":{"f:a":{}}}"#,
                #"Update before-first-apply: {"f:data":{".":{},"f:a":{},"f:b":{}}}"#,
            ]
        ),
    ]

    @Test(arguments: cases)
    func `values and owners come out as on a real server`(_ example: ApplyCase) throws {
        var script = OwnershipScript(try TestSchemas.builtIn("v1", "ConfigMap"))
        for write in example.writes { try script.run(write) }
        #expect(script.live?["data"]?.text == example.data)
        #expect(script.owners == example.owners)
    }

    @Test func `a different value of an owned field is a conflict with the server's text`() throws {
        var script = OwnershipScript(try TestSchemas.builtIn("apps/v1", "Deployment"))
        try script.run(.apply(TestSchemas.deployment(spec: #","replicas":1"#), by: "git"))
        try script.run(.merge(#"{"spec":{"replicas":3}}"#, by: "kubectl"))
        let refusal = try #require(throws: RequestRefusal.self) {
            try script.run(.apply(TestSchemas.deployment(spec: #","replicas":1"#), by: "git"))
        }
        #expect(refusal.reason == .conflict)
        #expect(
            refusal.message
                == #"Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas"#
        )
        #expect(
            refusal.causes == [
                .init(
                    reason: "FieldManagerConflict",
                    message: #"conflict with "kubectl" using apps/v1"#,
                    field: ".spec.replicas"
                )
            ]
        )
    }

    @Test func `several conflicts are listed by owner`() throws {
        var script = OwnershipScript(try TestSchemas.builtIn("v1", "ConfigMap"))
        try script.run(.apply(data(#"{"a":"1","b":"1"}"#), by: "m"))
        let refusal = try #require(throws: RequestRefusal.self) {
            try script.run(.apply(data(#"{"a":"2","b":"2"}"#), by: "n"))
        }
        #expect(refusal.message == "Apply failed with 2 conflicts: conflicts with \"m\":\n- .data.a\n- .data.b")
        #expect(refusal.causes.map(\.field) == [".data.a", ".data.b"])
    }

    @Test func `applying the same again changes nothing, not even the time`() throws {
        var script = OwnershipScript(try TestSchemas.builtIn("apps/v1", "Deployment"))
        let limits = #","resources":{"limits":{"cpu":"1000m","memory":"1024Mi"}}"#
        try script.run(.apply(TestSchemas.deployment(container: limits), by: "git"))
        let first = script.live
        try script.run(.apply(TestSchemas.deployment(container: limits), by: "git"))
        #expect(script.live == first)
    }

    @Test func `items of a keyed list are owned one by one and keep the applied order`() throws {
        var script = OwnershipScript(try TestSchemas.builtIn("apps/v1", "Deployment"))
        func env(_ names: String) -> String {
            TestSchemas.deployment(
                container: #","env":[\#(names.map { #"{"name":"\#($0)","value":"\#($0)"}"# }.joined(separator: ","))]"#
            )
        }
        func names() -> String {
            let container = script.live?[["spec", "template", "spec"]]?["containers"]?.array?.first
            return (container?["env"]?.array ?? []).compactMap { $0["name"]?.string }.joined()
        }
        try script.run(.apply(env("abc"), by: "m"))
        try script.run(.apply(env("cxa"), by: "n", force: true))
        #expect(names() == "bcxa")
        try script.run(.apply(env("ba"), by: "m"))
        #expect(names() == "bcxa")
    }

    @Test(arguments: [
        (#","foo":1"#, "", ".spec.foo: field not declared in schema"),
        (#","replicas":"x""#, "", ".spec.replicas: expected numeric (int or float), got string"),
        (#","strategy":"x""#, "", ".spec.strategy: expected map, got &{x}"),
        (
            "", #","ports":[{"containerPort":80},{"containerPort":80}]"#,
            #".spec.template.spec.containers[name="web"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]"#
        ),
        (
            "", #","workingDir":1"#,
            #".spec.template.spec.containers[name="web"].workingDir: expected string, got &value.valueUnstructured{Value:1}"#
        ),
    ])
    func `a configuration that does not fit the schema is refused with its path`(
        _ spec: String,
        _ container: String,
        _ problem: String
    ) throws {
        var script = OwnershipScript(try TestSchemas.builtIn("apps/v1", "Deployment"))
        let refusal = try #require(throws: RequestRefusal.self) {
            try script.run(.apply(TestSchemas.deployment(spec: spec, container: container), by: "git"))
        }
        #expect(refusal.reason.code == 500)
        #expect(
            refusal.message == "failed to create typed patch object (/web; apps/v1, Kind=Deployment): \(problem)"
        )
    }

    @Test func `status in a configuration is not owned`() throws {
        var script = OwnershipScript(try TestSchemas.builtIn("apps/v1", "Deployment"))
        var body = try JSONParser.parse(TestSchemas.deployment())
        body["status"] = ["replicas": 3]
        try script.run(.apply(body.text, by: "git"))
        #expect(!script.owners.joined().contains("f:status"))
    }

    @Test func `kubectl may take what its own last-applied annotation describes`() throws {
        let annotation = "kubectl.kubernetes.io/last-applied-configuration"
        func body(_ value: String) throws -> JSON { try JSONParser.parse(TestSchemas.configMap(#"{"a":"\#(value)"}"#)) }
        var created = try body("1")
        created[["metadata", "annotations"]] = [annotation: .string(try body("1").text)]
        var script = OwnershipScript(try TestSchemas.builtIn("v1", "ConfigMap"))
        try script.run(.create(created.text, by: "kubectl-client-side-apply"))
        #expect(throws: RequestRefusal.self) { try script.run(.apply(try body("2").text, by: "other")) }
        try script.run(.apply(try body("2").text, by: "kubectl"))
        #expect(script.live?["data"]?["a"] == "2")
        #expect(script.live?["metadata"]?["annotations"]?[annotation]?.string == (try body("2")).text + "\n")
    }

    @Test func `more than ten update managers become ancient-changes`() throws {
        var script = OwnershipScript(try TestSchemas.builtIn("v1", "ConfigMap"))
        try script.run(.create(data(#"{"a":"0"}"#), by: "m0"))
        for number in 1...13 { try script.run(.merge(#"{"data":{"k\#(number)":"1"}}"#, by: "m\(number)")) }
        #expect(script.owners.count == 10)
        #expect(
            script.owners.first
                == #"Update ancient-changes: {"f:data":{".":{},"f:a":{},"f:k1":{},"f:k2":{},"f:k3":{},"f:k4":{}}}"#
        )
        #expect(script.owners.last == #"Update m13: {"f:data":{"f:k13":{}}}"#)
    }
}
