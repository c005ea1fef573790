// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import PlainText
import TestKit
import Testing

/// Whatever a server says about a Secret, none of its words is passed on.
@Suite(.timeLimit(.minutes(1)))
struct SecretAnswerTests {
    private static let canary = "canary-4711"
    private static let encoded = Base64.text(of: Array(canary.utf8))
    private static let typed = "failed to create typed patch object (ns/s; /v1, Kind=Secret): "

    private static func cause(_ reason: String, _ field: String, _ message: String) -> JSON {
        ["reason": .string(reason), "field": .string(field), "message": .string(message)]
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let code: Int
        let reason: String
        let message: String
        var causes: [JSON] = []
        /// What must be told.
        let told: String
        var testDescription: String { "\(code) \(message.prefix(70))" }
    }

    static let rows: [Row] = [
        Row(
            code: 500,
            reason: "",
            message: typed + ".stringData: expected map, got &{\(canary)}",
            told: ".stringData: expected map"
        ),
        Row(
            code: 500,
            reason: "",
            message: typed + ".stringData: expected map, got &{[\(canary)]}",
            told: ".stringData: expected map"
        ),
        Row(
            code: 500,
            reason: "",
            message: typed + ".data: expected map, got &{\(canary)}",
            told: ".data: expected map"
        ),
        Row(
            code: 500,
            reason: "",
            message: typed + ".data.a: expected string, got &value.valueUnstructured{Value:map[x:\(canary)]}",
            told: ".data.a: expected string"
        ),
        Row(
            code: 500,
            reason: "",
            message: typed
                + "errors:\n  .data.a: expected string, got \(canary)\n  .data.b: expected string, got \(canary)",
            told: ".data.a: expected string"
        ),
        Row(code: 500, reason: "", message: typed + ".stringdata: field not declared in schema", told: "no such field"),
        Row(code: 500, reason: "", message: "\(canary) .x.\(canary) got \(canary)", told: "failed"),
        Row(
            code: 422,
            reason: "Invalid",
            message: "Secret \"s\" is invalid: data[a]: Invalid value: \"\(canary)\"",
            causes: [cause("FieldValueInvalid", "data[a]", "Invalid value: \"\(canary)\"")],
            told: "data[a]: is not valid"
        ),
        Row(
            code: 422,
            reason: "Invalid",
            message: "Secret \"s\" is invalid: \(canary)",
            causes: [cause("FieldValueForbidden", "data", "\(canary) field is immutable when `immutable` is set")],
            told: "data: cannot be changed"
        ),
        Row(
            code: 400,
            reason: "BadRequest",
            message: "illegal base64 data at input byte 3: \(canary)",
            told: "invalid"
        ),
        Row(
            code: 400,
            reason: "BadRequest",
            message: "error decoding patch: json: cannot unmarshal: error found in #10 byte of ...|\(canary)|...",
            told: "invalid"
        ),
        Row(
            code: 403,
            reason: "Forbidden",
            message: "admission webhook \"guard.example.com\" denied the request: \(canary)",
            told: "the admission webhook \"guard.example.com\" denied the request"
        ),
        Row(
            code: 403,
            reason: "Forbidden",
            message: "admission webhook \"\(canary.uppercased())\" denied the request: \(canary)",
            told: "an admission plug-in denied the request"
        ),
        Row(
            code: 422,
            reason: "Invalid",
            message: "ValidatingAdmissionPolicy 'no-secrets' with binding 'b' denied request: \(canary)",
            told: "the admission policy \"no-secrets\" denied"
        ),
        Row(
            code: 500,
            reason: "InternalError",
            message: "failed calling webhook \"guard\": failed to call webhook: Post \"https://x?\(canary)\": EOF",
            told: "the admission webhook \"guard\" could not be called"
        ),
        Row(
            code: 403,
            reason: "Forbidden",
            message: "secrets \"s\" is forbidden: exceeded quota: \(canary)",
            told: "quota"
        ),
        Row(
            code: 409,
            reason: "Conflict",
            message: "Apply failed with 1 conflict: \(canary)",
            causes: [cause("FieldManagerConflict", ".data.a", "conflict with \"kubectl-edit\" using v1: \(canary)")],
            told: "other field managers own .data.a"
        ),
        Row(code: 413, reason: "RequestEntityTooLarge", message: canary, told: "too large"),
        Row(code: 429, reason: "TooManyRequests", message: canary, told: "too many requests"),
        Row(code: 418, reason: "Teapot", message: canary, told: "protocolViolation"),
        Row(code: 404, reason: "NotFound", message: "namespaces \"ns\" not found \(canary)", told: "not found"),
    ]

    private static let secrets = APIResource(
        gvk: GroupVersionKind(group: "", version: "v1", kind: "Secret"),
        plural: "secrets",
        isNamespaced: true,
        verbs: []
    )

    private func error(_ step: StubHTTPServer.Step) async throws -> KubeError? {
        let secret = try KubeObject([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s", "namespace": "ns"],
            // Its value is another one: what is shown is not only masked because it is known.
            "stringData": ["a": "x"],
        ])
        return try await withStubServer { _ in
            [step]
        } _: { server in
            let client = try client(server) {
                $0.maxRetries = 0
                $0.maxFailureRetries = 0
            }
            return await kubeError { () async throws(KubeError) in
                try await client.apply(secret, to: Self.secrets, fieldManager: "m")
            }
        }
    }

    @Test(arguments: rows)
    func `a refusal of a Secret is told by fields and reasons only`(row: Row) async throws {
        let found = try await error(.reply(row.code, status(row.code, row.reason, row.message, causes: row.causes)))
        let error = try #require(found)
        let text = "\(error) \(error.causes) \(error.conflictingManagers)"
        #expect(!text.contains(Self.canary) && !text.contains(Self.canary.uppercased()), "\(text)")
        #expect(error.message.contains(row.told), "\(error.message)")
    }

    @Test func `where the server's own words are told whole, nothing is said to be left out`() async throws {
        let words = "namespaces \"ns\" not found"
        let details: JSON = ["name": "ns", "kind": "namespaces"]
        let body: JSON = [
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404, "reason": "NotFound",
            "message": .string(words), "details": details,
        ]
        let found = try await error(.reply(404, body.text))
        #expect(try #require(found).message == words)
    }

    @Test func `a text that is no Status is not told either`() async throws {
        let found = try await error(.reply(500, Self.canary))
        #expect(!"\(try #require(found))".contains(Self.canary))
    }

    @Test func `of other kinds every wrong field is told, always in the same order`() async throws {
        let lines = ["flag", "ver", "port"].map {
            ".data.\($0): expected string, got &value.valueUnstructured{Value:{x}}"
        }
        var seen: Set<String> = []
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            let words = Self.typed + "errors:\n" + order.map { "  \(lines[$0])" }.joined(separator: "\n")
            let body = status(500, "", words)
            let message = try await withStubServer { _ in
                [.reply(500, body)]
            } _: { server in
                let client = try client(server)
                return await kubeError { () async throws(KubeError) in
                    try await client.get(configMaps, namespace: "ns", name: "x")
                }?.message
            }
            seen.insert(try #require(message))
        }
        #expect(seen.count == 1)
        #expect(
            seen.first?.hasSuffix(
                "errors: .data.flag: expected string, got another type, .data.port: expected string, got another type, "
                    + ".data.ver: expected string, got another type"
            ) == true
        )
    }
}
