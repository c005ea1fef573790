// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import TestKit
import Testing

/// What the server's refusals mean: the words of conventions.md 3.10 and of the API server's own code.
@Suite(.timeLimit(.minutes(1)))
struct StatusTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let code: Int
        let reason: String
        let message: String
        var causes: [JSON] = []
        let meaning: KubeError.Reason

        var testDescription: String { "\(code) \(reason): \(message.prefix(60))" }

        init(_ code: Int, _ reason: String, _ message: String, _ causes: [JSON] = [], _ meaning: KubeError.Reason) {
            self.code = code
            self.reason = reason
            self.message = message
            self.causes = causes
            self.meaning = meaning
        }
    }

    private static func cause(_ reason: String, _ field: String, _ message: String) -> JSON {
        ["reason": .string(reason), "field": .string(field), "message": .string(message)]
    }

    private static let immutable = cause("FieldValueInvalid", "spec.selector", "Invalid value: {}: field is immutable")
    private static let required = cause("FieldValueRequired", "spec.template", "Required value")

    static let rows: [Row] = [
        Row(422, "Invalid", "Deployment.apps \"x\" is invalid", [immutable], .immutableField),
        Row(422, "Invalid", "Deployment.apps \"x\" is invalid", [immutable, immutable], .immutableField),
        Row(422, "Invalid", "Deployment.apps \"x\" is invalid", [immutable, required], .invalid),
        Row(422, "Invalid", "x is invalid", [required], .invalid),
        Row(
            422,
            "Invalid",
            "Service is invalid",
            [cause("FieldValueInvalid", "spec.clusterIPs[0]", "may not change once set")],
            .immutableField
        ),
        Row(
            422,
            "Invalid",
            "RoleBinding",
            [cause("FieldValueInvalid", "roleRef", "cannot change roleRef")],
            .immutableField
        ),
        Row(
            422,
            "Invalid",
            "StatefulSet",
            [
                cause(
                    "FieldValueForbidden",
                    "spec",
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals' are forbidden"
                )
            ],
            .immutableField
        ),
        Row(
            422,
            "Invalid",
            "PVC",
            [cause("FieldValueForbidden", "spec", "spec is immutable after creation except resources.requests")],
            .immutableField
        ),
        Row(
            422,
            "Invalid",
            "ConfigMap",
            [cause("FieldValueForbidden", "data", "field is immutable when `immutable` is set")],
            .immutableField
        ),
        Row(
            422,
            "Invalid",
            "CEL",
            [cause("FieldValueInvalid", "spec.x", "Invalid value: \"object\": x is immutable")],
            .immutableField
        ),
        Row(
            422,
            "Invalid",
            "quantity",
            [cause("FieldValueNotSupported", "x", "is immutable: supported values")],
            .invalid
        ),
        Row(422, "Invalid", "x: Invalid value: field is immutable", [], .immutableField),
        Row(
            422,
            "Invalid",
            "deployments.apps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
            [],
            .admissionDenied
        ),
        Row(
            403,
            "Forbidden",
            "admission webhook \"validate.example\" denied the request: not today",
            [],
            .admissionDenied
        ),
        Row(
            400,
            "BadRequest",
            "admission webhook \"validate.example\" denied the request: not today",
            [],
            .admissionDenied
        ),
        Row(
            403,
            "Forbidden",
            "pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": x",
            [],
            .admissionDenied
        ),
        Row(
            403,
            "Forbidden",
            "configmaps \"x\" is forbidden: User \"u\" cannot patch resource \"configmaps\" in API group \"\"",
            [],
            .forbidden
        ),
        Row(
            403,
            "Forbidden",
            "roles.rbac.authorization.k8s.io \"x\" is forbidden: user \"u\" is attempting to grant RBAC permissions not currently held",
            [],
            .forbidden
        ),
        Row(
            403,
            "Forbidden",
            "pods \"x\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1",
            [],
            .quotaExceeded
        ),
        Row(
            403,
            "Forbidden",
            "configmaps \"x\" is forbidden: unable to create new content in namespace ns because it is being terminated",
            [cause("NamespaceTerminating", "metadata.namespace", "namespace ns is being terminated")],
            .namespaceTerminating
        ),
        Row(
            500,
            "InternalError",
            "Internal error occurred: failed calling webhook \"w\": failed to call webhook: Post \"https://w.svc\": EOF",
            [],
            .webhookFailed
        ),
        Row(400, "BadRequest", "admission webhook \"w\" does not support dry run", [], .dryRunUnsupported),
        Row(
            409,
            "Conflict",
            "Apply failed with 1 conflict",
            [cause("FieldManagerConflict", ".spec.replicas", "conflict with \"hpa\" using autoscaling/v2")],
            .fieldManagerConflict
        ),
        Row(409, "Conflict", "Operation cannot be fulfilled: the object has been modified", [], .conflict),
        Row(409, "AlreadyExists", "configmaps \"x\" already exists", [], .alreadyExists),
        Row(410, "Expired", "too old", [], .expired), Row(410, "Gone", "too old", [], .expired),
        Row(413, "RequestEntityTooLarge", "limit is 3145728", [], .tooLarge),
        Row(500, "InternalError", "etcdserver: request is too large", [], .tooLarge),
        Row(500, "InternalError", "Internal error occurred: illegal base64 data at input byte 4", [], .invalid),
        Row(500, "", "json: cannot unmarshal number into Go struct field Secret.data of type []uint8", [], .invalid),
        Row(
            500,
            "",
            "failed to create typed patch object (ns/x; apps/v1, Kind=Deployment): errors: .spec.ports: duplicate entries for key",
            [],
            .invalid
        ),
        Row(400, "BadRequest", "strict decoding error: unknown field \"spec.replica\"", [], .badRequest),
        Row(415, "UnsupportedMediaType", "no", [], .unsupportedMediaType),
        Row(405, "MethodNotAllowed", "no", [], .methodNotAllowed), Row(404, "NotFound", "no", [], .notFound),
        Row(503, "ServiceUnavailable", "no", [], .serverError), Row(504, "Timeout", "no", [], .timeout),
        Row(500, "ServerTimeout", "no", [], .timeout), Row(429, "TooManyRequests", "no", [], .tooManyRequests),
        Row(418, "Teapot", "short and stout", [], .protocolViolation),
    ]

    @Test(arguments: rows)
    func `a Status has its meaning`(row: Row) async throws {
        let body = status(row.code, row.reason, row.message, causes: row.causes)
        try await withStubServer { _ in
            [.reply(row.code, body)]
        } _: { server in
            let client = try client(server) {
                $0.maxRetries = 0
                $0.maxFailureRetries = 0
            }
            let error = await kubeError { () async throws(KubeError) in
                try await client.get(configMaps, namespace: "ns", name: "x")
            }
            #expect(error?.reason == row.meaning)
            #expect(error?.statusCode == row.code)
            #expect(error?.message == row.message)
            #expect(error?.causes.count == row.causes.count)
            #expect(error?.description.hasPrefix("GET /api/v1/namespaces/ns/configmaps/x: ") == true)
        }
    }

    @Test func `a conflict names managers and fields`() async throws {
        let causes = [
            StatusTests.cause(
                "FieldManagerConflict",
                ".spec.a",
                "conflict with \"kubectl-edit\" using v1 at 2026-01-01T00:00:00Z"
            ),
            StatusTests.cause("FieldManagerConflict", ".spec.b", "conflict with \"helm\""),
            StatusTests.cause("FieldManagerConflict", ".spec.c", "conflict with \"helm\""),
        ]
        let body = status(409, "Conflict", "Apply failed with 3 conflicts", causes: causes)
        try await withStubServer { _ in
            [.reply(409, body)]
        } _: { server in
            let client = try client(server)
            let object = try KubeObject(configMap("a"))
            let error = await kubeError { () async throws(KubeError) in
                try await client.apply(object, to: configMaps, fieldManager: "m", force: false)
            }
            #expect(error?.conflictingManagers == ["helm", "kubectl-edit"])
            #expect(error?.causes.map(\.field) == [".spec.a", ".spec.b", ".spec.c"])
        }
    }

    @Test func `a value that the server quotes is left out`() async throws {
        let words = "failed to create typed patch object (ns/s; /v1, Kind=Secret): .data.a: expected string, got "
        let body = status(500, "", "\(words)&value.valueUnstructured{Value:map[x:{4711}]}")
        try await withStubServer { _ in
            [.reply(500, body)]
        } _: { server in
            let client = try client(server)
            let error = await kubeError { () async throws(KubeError) in
                try await client.get(configMaps, namespace: "ns", name: "x")
            }
            #expect(error?.message == "\(words)another type")
        }
    }

    @Test(arguments: ["", "core.PodTemplateSpec"])
    func `A26: a whole template that the server quotes hides neither the field nor that it is immutable`(
        type: String
    ) async throws {
        let dump =
            "Invalid value: \(type){\"Env\":[\(String(repeating: "{\"Name\":\"x\"},", count: 900))]}: field is immutable"
        let causes = [StatusTests.cause("FieldValueInvalid", "spec.template", dump)]
        let body = status(422, "Invalid", "Job.batch \"j\" is invalid: spec.template: \(dump)", causes: causes)
        try await withStubServer { _ in
            [.reply(422, body)]
        } _: { server in
            let client = try client(server)
            let object = try KubeObject(configMap("a"))
            let error = await kubeError { () async throws(KubeError) in
                try await client.apply(object, to: configMaps, fieldManager: "m")
            }
            #expect(error?.reason == .immutableField)
            #expect(
                error?.message
                    == "Job.batch \"j\" is invalid: spec.template: Invalid value: \(type){…}: field is immutable"
            )
            #expect(error?.causes.first?.message == "Invalid value: \(type){…}: field is immutable")
        }
    }

    @Test func `a long text loses its middle, not the reason at its end`() async throws {
        let body = status(400, "BadRequest", "where \(String(repeating: "so much ", count: 2000))why")
        try await withStubServer { _ in
            [.reply(400, body)]
        } _: { server in
            let client = try client(server)
            let error = await kubeError { () async throws(KubeError) in
                try await client.get(configMaps, namespace: "ns", name: "x")
            }
            #expect(error?.message.hasPrefix("where so much") == true)
            #expect(error?.message.hasSuffix("so much why") == true)
            #expect(error?.message.count == 2000)
        }
    }

    @Test func `errors are one line and hold no secret`() async throws {
        let secret = try KubeObject([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s", "namespace": "ns"],
            "stringData": ["password": "correct horse battery"],
        ])
        let resource = APIResource(gvk: secret.gvk, plural: "secrets", isNamespaced: true, verbs: [])
        let message = "bad value\r\n\t\"correct horse battery\"\u{1B}[31m at https://me:hunter22@host/"
        let body = status(400, "BadRequest", message, causes: [StatusTests.cause("x", "y", message)])
        try await withStubServer { _ in
            [.reply(400, body)]
        } _: { server in
            let client = try client(server)
            let error = await kubeError { () async throws(KubeError) in
                try await client.apply(secret, to: resource, fieldManager: "m")
            }
            let text = try #require(error.map { "\($0) \($0.causes[0].message)" })
            #expect(!text.contains("horse") && !text.contains("hunter22"))
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 })
        }
    }
}
