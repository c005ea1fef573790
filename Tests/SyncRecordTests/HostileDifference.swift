// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import SyncPlan
import Testing

/// A difference that holds a secret where a mask of texts would miss it.
struct HostileDifference: Sendable, CustomTestStringConvertible {
    static let deployment = GroupKind(group: "apps", kind: "Deployment")
    static let configMap = GroupKind(group: "", kind: "ConfigMap")
    static let secret = GroupKind(group: "", kind: "Secret")

    let title: String
    let kind: GroupKind
    let path: [FieldPathElement]
    let before: JSON?
    let after: JSON?

    init(_ title: String, _ kind: GroupKind, _ path: [FieldPathElement], _ before: JSON?, _ after: JSON?) {
        self.title = title
        self.kind = kind
        self.path = path
        self.before = before
        self.after = after
    }

    var testDescription: String { title }
    var difference: FieldDifference { FieldDifference(path: path, before: before, after: after) }

    func id(_ index: Int) -> ObjectID { ObjectID(groupKind: kind, namespace: "shop", name: "web-\(index)") }

    /// Two objects that differ in these values at this place.
    func objects() throws -> (KubeObject, KubeObject) {
        func object(_ value: JSON?) throws -> KubeObject {
            var json = Self.wrapped(value, path[...]) ?? .object(JSONObject())
            json["apiVersion"] = .string(kind.group.isEmpty ? "v1" : "\(kind.group)/v1")
            json["kind"] = .string(kind.kind)
            json[["metadata", "name"]] = "web"
            return try KubeObject(json)
        }
        return (try object(before), try object(after))
    }

    private static func wrapped(_ value: JSON?, _ path: ArraySlice<FieldPathElement>) -> JSON? {
        guard let first = path.first else { return value }
        let inner = wrapped(value, path.dropFirst())
        switch first {
        case .field(let name):
            var map = JSON.object(JSONObject())
            map[name] = inner
            return map
        case .key(let keys):
            var item = inner ?? .object(JSONObject())
            for member in keys { item[member.key] = member.value }
            return .array([item])
        case .value: return .array([inner].compactMap { $0 })
        case .index: return .array([JSON.string("--token")] + [inner].compactMap { $0 })
        }
    }

    /// What must be in no text.
    static let forms: [String] = ["canary-old", "canary-new", "48151623", "42108815"].flatMap {
        [$0, Base64.text(of: Array($0.utf8))]
    }

    static func expectNone(in text: String, _ row: HostileDifference) {
        for form in forms { #expect(!text.contains(form), "\(row.title): \(text)") }
    }

    /// Fields, and items by name in brackets: `way("containers", "[web]", "args")`.
    private static func way(_ steps: String...) -> [FieldPathElement] {
        steps.map { step in
            guard step.hasPrefix("[") else { return .field(step) }
            return .key(JSONObject([.init(key: "name", value: .string(String(step.dropFirst().dropLast())))]))
        }
    }
}

// MARK: - The table

extension HostileDifference {
    static let all: [HostileDifference] = commands + values + texts + secrets + paths

    private static let args = way("spec", "containers", "[web]", "args")

    /// So many texts, and something behind them.
    private static func many(_ count: Int, and rest: JSON...) -> JSON {
        .array((0..<count).map { JSON.string("item \($0)") } + rest)
    }

    /// The way to an item.
    private static func item(_ element: FieldPathElement, of way: [FieldPathElement]) -> [FieldPathElement] {
        way + [element]
    }

    private static let commands: [HostileDifference] = [
        .init("an option", deployment, args, ["--port", "80", "--token", "canary-old"], ["--token", "canary-new"]),
        .init("an option with =", deployment, args, ["--password=canary-old"], ["--password=canary-new"]),
        .init("an option with blanks", deployment, args, ["--password=a canary-old"], ["--password=b canary-new"]),
        .init("an option and a number", deployment, args, ["--token", 48_151_623], ["--token", 42_108_815]),
        .init("a new option", deployment, args, nil, ["-v", "--api-key", "canary-new"]),
        .init("an assignment", deployment, args, ["-e", "DB_PASS=a canary-old"], ["-e", "DB_PASS=a canary-new"]),
        .init(
            "a header",
            deployment,
            args,
            ["-H", "X-Api-Key: canary-old"],
            ["-H", "authorization: basic canary-new"]
        ),
        .init(
            "an option behind the cut",
            deployment,
            args,
            many(80, and: "--token", "canary-old"),
            many(20, and: "--token", "canary-new")
        ),
    ]

    private static let values: [HostileDifference] = [
        .init("a number", deployment, way("spec", "x"), ["password": 48_151_623], ["password": 42_108_815]),
        .init("a fraction", deployment, way("spec", "x"), ["pin_token": 48_151_623.5], nil),
        .init("nested maps", deployment, way("spec", "x"), ["a": ["b": ["clientSecret": "canary-old"]]], nil),
        .init("the value of a map", deployment, way("spec", "x"), ["password": ["value": "canary-old"]], nil),
        .init("a value by its path", deployment, way("spec", "password", "value"), "canary-old", "canary-new"),
        .init("a list", deployment, way("spec", "x"), ["token": ["canary-old"]], ["token": ["a", "canary-new"]]),
        .init("a list by its path", deployment, way("spec", "token"), ["canary-old"], ["canary-new"]),
        .init("text and map", deployment, way("x"), ["token": "canary-old"], ["token": ["value": "canary-new"]]),
        .init("a variable", deployment, way("spec", "env", "[TOKEN]", "value"), "canary-old", "canary-new"),
        .init("a whole variable", deployment, way("env", "[TOKEN]"), nil, ["name": "TOKEN", "value": "canary-new"]),
        .init(
            "variables",
            deployment,
            way("spec", "env"),
            [["name": "A", "value": "1"], ["name": "TOKEN", "value": "canary-old"]],
            [["name": "TOKEN", "value": "canary-new"], ["name": "PIN_TOKEN", "value": 48_151_623]]
        ),
        .init(
            "variables behind the cut",
            deployment,
            way("spec", "env"),
            many(14, and: ["name": "TOKEN", "value": "canary-old"]),
            many(40, and: ["name": "TOKEN", "value": "canary-new"])
        ),
    ]

    private static let texts: [HostileDifference] = [
        .init(
            "a login of a registry",
            configMap,
            way("data", ".dockerconfigjson"),
            #"{"auths":{"r":{"auth":"canary-old"}}}"#,
            nil
        ),
        .init(
            "a login in a file",
            configMap,
            way("data"),
            ["config.json": #"{"auths":{"r":{"password":"canary-old"}}}"#],
            ["config.json": #"{"auths":{"r":{"password":48151623}}}"#]
        ),
        .init("a URL", configMap, way("data", "url"), "https://u:canary-old@h/x", "https://u:canary-new@h/x"),
        .init(
            "a private key",
            configMap,
            way("data", "server.pem"),
            "-----BEGIN PRIVATE KEY-----\ncanary-old\n-----END PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\ncanary-new"
        ),
        .init("a line", configMap, way("data", "a.ini"), "port = 1\npassword = canary-old\n", "password: canary-new\n"),
        .init(
            "what was applied last",
            configMap,
            way("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"),
            #"{"data":{"x":"canary-old"}}"#,
            nil
        ),
        .init(
            "all annotations",
            configMap,
            way("metadata", "annotations"),
            ["kubectl.kubernetes.io/last-applied-configuration": #"{"data":{"x":"canary-old"}}"#, "a": "b"],
            ["a": "c"]
        ),
    ]

    private static let secrets: [HostileDifference] = [
        .init("data", secret, way("data", "k"), "Y2FuYXJ5LW9sZA==", "Y2FuYXJ5LW5ldw=="),
        .init("all data", secret, way("data"), ["k": "Y2FuYXJ5LW9sZA=="], nil),
        .init("plain data", secret, way("stringData"), nil, ["k": "canary-new"]),
        .init("a field of no Secret", secret, way("stringdata", "k"), nil, "canary-new"),
        .init("a field like another", secret, way("typed"), nil, ["k": "canary-new"]),
        .init("a lost field", secret, way("metadata", "stringData"), nil, ["k": "canary-new"]),
        .init("an annotation", secret, way("metadata", "annotations", "note"), "canary-old", "canary-new"),
        .init(
            "a Secret in another object",
            deployment,
            way("spec", "template"),
            ["apiVersion": "v1", "kind": "Secret", "data": ["k": "Y2FuYXJ5LW9sZA=="]],
            ["apiVersion": "v1", "kind": "Secret", "stringData": ["k": "canary-new"]]
        ),
        .init("a template", deployment, way("spec", "x"), nil, ["stringData": ["k": "canary-new"]]),
    ]

    private static let paths: [HostileDifference] = [
        .init(
            "an item named by all of it",
            deployment,
            item(.value(["name": "a", "password": "canary-new"]), of: way("spec", "list")),
            nil,
            ["name": "a", "password": "canary-new"]
        ),
        .init("an item of a set", deployment, item(.value("--token=canary-new"), of: args), nil, "--token=canary-new"),
        .init("an item behind a name", deployment, item(.value("canary-old"), of: way("token")), "canary-old", nil),
        .init("an item of a place", deployment, item(.index(1), of: args), "canary-old", "canary-new"),
        .init(
            "an item named by a secret",
            deployment,
            item(.field("port"), of: item(.key(JSONObject([.init(key: "token", value: "canary-old")])), of: args)),
            80,
            81
        ),
        .init("an item in a Secret", secret, item(.value("canary-new"), of: way("list")), nil, "canary-new"),
    ]
}
