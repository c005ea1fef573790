// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import KubeObjects
import SyncPlan
import SyncRecord
import TestKit
import Testing

@testable import SyncLoop

/// What is shown of an object whose namespace the API server does not know.
@Suite(.timeLimit(.minutes(1))) struct DiffPreviewTests {
    private static let namespace = ObjectID(group: "", kind: "Namespace", namespace: "", name: "shop")

    private func preview(of step: Step) async throws -> DiffPreview.Difference {
        let refusal = StubHTTPServer.refusal(404, "NotFound", "namespaces \"shop\" not found")
        return try await withStubServer({ _ in [refusal] }) { server in
            let all = await DiffPreview(client: try server.client(), plan: StepFixture.plan([step])).differences()
            #expect(all.count == 1)
            #expect(server.requests.first?.query("dryRun") == "All")
            return try #require(all.first)
        }
    }

    @Test func `an object whose namespace comes with the same commit is shown as git declares it`() async throws {
        let shown = try await preview(of: try StepFixture.step(dependsOn: [Self.namespace]))
        #expect(shown.title == "create ConfigMap shop/a (infra/a.yaml:1)")
        #expect(shown.error == nil && !shown.isRefused)
        let text = try #require(shown.diff?.text)
        #expect(text.contains("+data:\n+  a: "), "\(text)")
    }

    @Test func `an object whose namespace nobody makes is refused`() async throws {
        let shown = try await preview(of: try StepFixture.step())
        #expect(shown.isRefused && shown.diff == nil)
        #expect(shown.error?.contains("infra/a.yaml:1") == true, "\(shown.error ?? "")")
    }
}
