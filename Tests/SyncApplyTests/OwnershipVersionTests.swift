// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import TestKit
import Testing

@testable import SyncApply

/// Fields are taken over where the object was read: a commit may declare it in a version that it only just adds to the
/// kind's definition, and that is not served yet.
@Suite(.timeLimit(.minutes(1))) struct OwnershipVersionTests {
    private static let place = "/apis/example.org/v1alpha1/namespaces/shop/widgets/web"

    private static func widget(_ apiVersion: String) throws -> KubeObject {
        try KubeObject([
            "apiVersion": .string(apiVersion), "kind": "Widget",
            "metadata": ["name": "web", "namespace": "shop"], "spec": ["size": 3],
        ])
    }

    /// As it is in the cluster: kubectl applied it in the older version.
    private static func live() throws -> KubeObject {
        var json = try widget("example.org/v1alpha1").json
        json[["metadata", "uid"]] = "uid-1"
        json[["metadata", "resourceVersion"]] = "7"
        let entries = [
            (FieldManager.main, "Apply", "f:size"), ("kubectl-client-side-apply", "Update", "f:color"),
        ]
        json[["metadata", "managedFields"]] = .array(
            entries.map { manager, operation, field in
                [
                    "manager": .string(manager), "operation": .string(operation),
                    "apiVersion": "example.org/v1alpha1", "time": "2027-01-15T08:00:00Z", "fieldsType": "FieldsV1",
                    "fieldsV1": ["f:spec": [field: [:]]],
                ]
            }
        )
        return try KubeObject(json)
    }

    /// The step of a commit that declares the object in version v1.
    private func runner(_ client: KubeClient) throws -> StepRunner {
        let object = try Self.widget("example.org/v1")
        let step = Step(
            id: object.id,
            action: .configure,
            cause: .commit,
            object: object,
            resource: APIResource(
                gvk: object.gvk,
                plural: "widgets",
                isNamespaced: true,
                verbs: ["get", "list", "patch"]
            ),
            origin: Origin(file: "infra/web.yaml", line: 1),
            contentHash: "hash",
            live: try Self.live(),
            differences: [],
            dependsOn: [],
            mayRecreate: false
        )
        let applySet = ApplySet(project: "test", namespace: "sternpost")
        return StepRunner(
            applier: Applier(
                client: client,
                store: InventoryStore(client: client, applySet: applySet, project: "test"),
                journal: MemoryJournal(),
                readiness: { _ in .waiting("not asked") },
                health: { _ in [:] }
            ),
            step: step,
            context: StepContext(
                definedKinds: [],
                definedNamespaces: [],
                isNew: NewPlaces(createdBy: []),
                residualKey: .random(),
                settling: SettlingDeadlines(patience: .zero)
            )
        )
    }

    @Test func `fields are taken over in the version in which the object was read`() async throws {
        let answer = try Self.live().json.text
        let script: @Sendable (StubHTTPServer.Request) -> [StubHTTPServer.Step] = { request in
            request.path == Self.place
                ? [.reply(200, answer)] : [StubHTTPServer.refusal(404, "NotFound", "404 page not found")]
        }
        try await withStubServer(script) { server in
            let runner = try runner(try server.client())
            try await runner.takeOwnership(of: runner.step.live)
            #expect(server.lines == ["PATCH \(Self.place)"])
        }
    }

    @Test func `after a write by others it is read and taken over in that version once more`() async throws {
        let answer = try Self.live().json.text
        let script: @Sendable (StubHTTPServer.Request) -> [StubHTTPServer.Step] = { request in
            switch (request.path, request.number) {
            case (Self.place, 0): [StubHTTPServer.refusal(409, "Conflict", "the object has been modified")]
            case (Self.place, _): [.reply(200, answer)]
            default: [StubHTTPServer.refusal(404, "NotFound", "404 page not found")]
            }
        }
        try await withStubServer(script) { server in
            let runner = try runner(try server.client())
            try await runner.takeOwnership(of: runner.step.live)
            #expect(server.lines == ["PATCH", "GET", "PATCH"].map { "\($0) \(Self.place)" })
        }
    }
}
