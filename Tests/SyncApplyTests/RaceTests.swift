// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterControllers
import ClusterKit
import EmbeddedCluster
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import Testing

/// What others do between a pass's look and its write, and writes that fail behind one that was taken in. Only the embedded
/// cluster lets a test act in between.
@Suite(.enabled(if: !ClusterUnderTest.isReal), .timeLimit(.minutes(3)))
struct RaceTests {
    private func path(_ name: String, in project: ProjectUnderTest) -> String {
        "/api/v1/namespaces/\(project.namespace)/configmaps/\(name)"
    }

    @Test(arguments: ["GET", "PATCH"])
    func `what another tool creates before our write arrives keeps its values`(request: String) async throws {
        try await ProjectUnderTest.run { project in
            let cluster = try #require(project.cluster.embedded)
            let theirs: JSON = [
                "apiVersion": "v1", "kind": "ConfigMap", "data": ["k": "theirs"],
                "metadata": [
                    "name": "late", "namespace": .string(project.namespace),
                    "labels": ["app.kubernetes.io/managed-by": "Helm"],
                    "annotations": ["meta.helm.sh/release-name": "shop"],
                ],
            ]
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("late")], store: store)
            let race = cluster.faults.add(
                FaultRule(
                    request,
                    path("late", in: project),
                    .meanwhile { _ = try cluster.client.acting(as: "helm").create(theirs) },
                    on: .nth(1)
                )
            )
            let report = await project.applier(store: store).apply(plan, inventory: inventory)
            #expect(cluster.faults.hits(race) == 1)
            let outcome = try #require(report.outcome("late"))
            #expect(outcome.action == .failed && outcome.error?.contains("Helm release shop") == true)
            let live = try #require(try await project.live("ConfigMap", "late"))
            #expect(live.json["data"] == ["k": "theirs"] && live.label(ApplySet.partOfLabel) == nil)
        }
    }

    @Test func `a second apply that fails leaves the first one done, and is tried again`() async throws {
        try await ProjectUnderTest.run { project in
            let cluster = try #require(project.cluster.embedded)
            cluster.webhooks.add(
                AdmissionWebhook("policy.example.com") { review in
                    guard review.object["metadata"]?["name"]?.string == "a" else { return .allow }
                    var object = review.object
                    object[["data", "k"]] = "theirs"
                    return .change(object)
                }
            )
            cluster.faults.add(
                FaultRule(
                    "PATCH",
                    path("a", in: project),
                    .failure(status: 403, reason: "Forbidden", message: "exceeded quota: small"),
                    on: .nth(2)
                )
            )
            let first = try #require(try await project.sync([configMap("a")]).report.outcome("a"))
            #expect(first.action == .created && first.error == nil)
            #expect(first.warnings.contains { $0.contains("a second apply failed") }, "\(first.warnings)")
            #expect(first.mark(contentHash: "") == nil, "the next pass must look again")
            let second = try #require(try await project.sync([configMap("a")]).report.outcome("a"))
            #expect(second.warnings.contains { $0.contains("mutated by admission") }, "\(second.warnings)")
            #expect(second.residual.isOverruled)
        }
    }
}
