// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import Synchronization
import TestKit
import Testing

/// What stands between an object and its storage. The embedded cluster's words for webhooks, and the
/// scripted ones for quotas, were held against kube-apiserver 1.36.2.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct AdmissionFaultTests {
    /// A webhook about one ConfigMap, or one object of another kind, as the operator writes it.
    private func webhook(
        _ name: String,
        kind: String = "ConfigMap",
        _ answer: @escaping @Sendable (AdmissionWebhook.Review) -> AdmissionWebhook.Answer
    ) -> AdmissionWebhook {
        AdmissionWebhook("policy.example.com") { review in
            guard review.object["kind"]?.string == kind, review.object["metadata"]?["name"]?.string == name,
                review.operation != "DELETE"
            else { return .allow }
            return answer(review)
        }
    }

    @Test(arguments: [(400, ""), (403, "Forbidden"), (422, "Invalid")])
    func `A17: a webhook that denies an object stops only that object, in its own words and without hurry`(
        code: Int,
        reason: String
    ) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            cluster.webhooks.add(webhook("c1") { _ in .deny(code: code, reason: reason, "no such value, please") })
            try scene.commit([
                "c0.yaml": nil, "c1.yaml": "# why\n" + scene.configMap("c1", "2"),
                "c2.yaml": scene.configMap("c2", "2"),
            ])
            cluster.faults.forgetRequests()
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed) == ["c1"], "\(outcome.words)")
            #expect(outcome.names(.configured) == ["c2"], "\(outcome.words)")
            // What is no longer declared may be what the denied object still needs: it stays until all is applied.
            #expect(outcome.names(.pruned) == [] && outcome.names(.skipped) == ["c0"], "\(outcome.words)")
            let failed = try #require(outcome.object("c1"))
            let error = try #require(failed.error)
            #expect(error.contains("infra/c1.yaml:2"), "\(error)")
            #expect(
                error.contains("admission webhook \"policy.example.com\" denied the request: no such value, please")
            )
            #expect(error.contains("change the manifest, or the policy"))
            #expect(!failed.isRetryable)
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 1)
            #expect(try await scene.endings(of: "c1") == [.done, .failed])
            cluster.webhooks.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    /// As the real server puts a refused connection.
    static let refused =
        "Post \"https://10.0.0.9:443/check?timeout=5s\": dial tcp 10.0.0.9:443: connect: connection refused"

    @Test func `A18: a webhook that is down is asked again with pauses, and is not the manifest's fault`() async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            let calls = Mutex(0)
            cluster.webhooks.add(
                webhook("c1") { _ in
                    let call = calls.withLock { count in
                        count += 1
                        return count
                    }
                    return call <= 2 ? .unreachable(AdmissionFaultTests.refused) : .allow
                }
            )
            cluster.webhooks.add(webhook("c2") { _ in .unreachable(AdmissionFaultTests.refused) })
            try scene.commit(scene.baseFiles(configMaps: 4))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed) == ["c2"], "\(outcome.words)")
            #expect(outcome.names(.created).contains("c1") && outcome.names(.created).contains("c3"))
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 3)
            #expect(cluster.faults.count("PATCH", scene.path("c2")) == 5)
            let failed = try #require(outcome.object("c2"))
            let error = try #require(failed.error)
            #expect(error.contains("infra/c2.yaml:1") && error.contains("failed calling webhook"), "\(error)")
            #expect(error.contains("the admission webhook must answer") && !error.contains("correct the manifest"))
            #expect(failed.isRetryable)
            cluster.webhooks.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A19: a webhook that cannot take part in dry runs is not asked to, and the sync goes on`() async throws {
        try await withEmbeddedScene { scene, cluster in
            func fixed(_ value: String) -> String {
                scene.configMap("fixed", value, annotations: "sternpost.dev/force: enabled") + "immutable: true\n"
            }
            try scene.commit(scene.baseFiles(configMaps: 1).merging(["fixed.yaml": fixed("1")]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["fixed.yaml": fixed("2"), "c0.yaml": scene.configMap("c0", "2")])
            cluster.faults.forgetRequests()
            // The words of the API server's webhook dispatcher (NewDryRunUnsupportedErr): only webhooks of before 1.22,
            // whose side effects may be unknown, are answered so.
            let rehearsals = cluster.faults.add(
                FaultRule(
                    "PATCH",
                    scene.path("fixed-sternpost-rehearsal"),
                    .failure(
                        status: 400,
                        reason: "BadRequest",
                        message: "admission webhook \"old.example.com\" does not support dry run"
                    )
                )
            )
            let outcome = try await scene.sync()
            #expect(cluster.faults.hits(rehearsals) == 1)
            #expect(outcome.outcome == .succeeded, "\(outcome.words)")
            let remarks = outcome.object("fixed")?.warnings ?? []
            #expect(remarks.contains { $0.contains("old.example.com") && $0.contains("dry run") }, "\(remarks)")
            // Whether an object differs is never found out by a dry run.
            let dryRuns = cluster.faults.requests.filter { $0.query.contains("dryRun") }.map(\.path)
            #expect(dryRuns == [scene.path("fixed-sternpost-rehearsal")])
            try await scene.checkPromises()
        }
    }

    @Test func `A20: a field that a webhook rewrites at every apply is told of, and not applied over and over`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            let calls = Mutex(0)
            cluster.webhooks.add(
                webhook("c1") { review in
                    calls.withLock { $0 += 1 }
                    var object = review.object
                    object[["data", "value"]] = "theirs"
                    return .change(object)
                }
            )
            try scene.commit(scene.baseFiles(configMaps: 3))
            let outcome = try await scene.sync()
            #expect(
                outcome.names(.created).contains("c1") && outcome.names(.created).contains("c2"),
                "\(outcome.words)"
            )
            #expect(calls.withLock { $0 } >= 2)
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 2, "two applies show that it does not converge")
            #expect(cluster.faults.count("PATCH", scene.path("c2")) == 1)
            let remark = try #require(outcome.object("c1")?.warnings.first)
            #expect(remark.contains("mutated by admission") && remark.contains(".data.value"), "\(remark)")
            #expect(remark.contains("theirs") && remark.contains("until git or the object changes"), "\(remark)")
            // Neither the next pass nor one behind a foreign write applies again, and both still tell of it.
            cluster.faults.forgetRequests()
            #expect(
                try await scene.sync().object("c1")?.warnings.contains { $0.contains("mutated by admission") } == true
            )
            try await scene.patch(
                CoreResources.configMaps,
                "c1",
                ["metadata": ["annotations": ["seen.example.com": "1"]]]
            )
            let later = try await scene.sync()
            #expect(later.object("c1")?.action == .unchanged, "\(later.words)")
            #expect(later.object("c1")?.warnings.contains { $0.contains("mutated by admission") } == true)
            let applies = cluster.faults.requests.filter { $0.method == "PATCH" && $0.query.contains("force=true") }
            #expect(applies.isEmpty, "\(applies)")
            // Another value in the field is drift all the same.
            cluster.webhooks.removeAll()
            try await scene.patch(CoreResources.configMaps, "c1", ["data": ["value": "somebody's"]])
            let healed = try await scene.sync()
            #expect(healed.object("c1")?.action == .configured, "\(healed.words)")
            let live = try await scene.liveConfigMap("c1")
            #expect(live?.json["data"] == ["value": "1"])
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A20: a webhook that writes another value each time is asked twice a commit, not at every pass`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let calls = Mutex(0)
            cluster.webhooks.add(
                webhook("c1") { review in
                    let call = calls.withLock { count in
                        count += 1
                        return count
                    }
                    var object = review.object
                    object[["data", "value"]] = .string("call \(call)")
                    return .change(object)
                }
            )
            try scene.commit(scene.baseFiles(configMaps: 2))
            _ = try await scene.sync()
            for _ in 0..<3 { _ = try await scene.sync() }
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 2)
            try await scene.checkPromises(stuck: ["c1"])
        }
    }

    @Test func `what a webhook makes of a Secret is known to the next process, and another value is healed, not told`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            let (ours, theirs, drifted) = (SecretCanary(), SecretCanary(), SecretCanary())
            let search = SinkSearch(forms: [ours, theirs, drifted].flatMap(\.forms))
            cluster.webhooks.add(
                webhook("login", kind: "Secret") { review in
                    var object = review.object
                    object[["data", "value"]] = .string(theirs.base64)
                    return .change(object)
                }
            )
            var files = scene.baseFiles()
            files["login.yaml"] = """
                apiVersion: v1
                kind: Secret
                metadata: {name: login, namespace: \(scene.namespace)}
                stringData: {value: \(ours.text)}

                """
            try scene.commit(files)
            let tool = try SceneTool(scene)
            func applies() -> Int {
                let path = "/api/v1/namespaces/\(scene.namespace)/secrets/login"
                return cluster.faults.requests.count { $0.path == path && $0.query.contains("force=") }
            }
            func value() async throws -> String? {
                try await scene.live(CoreResources.secrets, "login")?.json["data"]?["value"]?.string
            }
            // One process on the same data folder; gives what it says.
            func sync() async throws -> String {
                let result = try await tool.sync()
                let text = result.output + result.errors
                #expect(result.status == 0, "\(text)")
                search.expectNone(in: text, "a sync")
                try search.expectNone(inFilesOf: tool.dataFolder)
                return text
            }
            let first = try await sync()
            #expect(first.contains("mutated by admission") && first.contains(".data.value"), "\(first)")
            #expect(applies() == 2, "two applies show that it does not converge")
            // A write of somebody else's moves the version on: only what is remembered tells that nothing is wanted.
            let note: JSON = ["metadata": ["annotations": ["seen.example.com": "1"]]]
            try await scene.patch(CoreResources.secrets, "login", note)
            #expect(try await sync().contains("mutated by admission"))
            #expect(applies() == 2, "it was applied again")
            #expect(try await value() == theirs.base64)
            cluster.webhooks.removeAll()
            try await scene.patch(CoreResources.secrets, "login", ["data": ["value": .string(drifted.base64)]])
            let healed = try await sync()
            #expect(healed.contains("1 configured"), "\(healed)")
            #expect(try await value() == ours.base64)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A21: an apply that would change nothing is never sent, whatever moves the resourceVersion`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try #require(try await scene.liveConfigMap("c1")?.resourceVersion)
            try await scene.patch(
                CoreResources.configMaps,
                "c1",
                ["metadata": ["annotations": ["seen.example.com": "1"]]]
            )
            let after = try #require(try await scene.liveConfigMap("c1")?.resourceVersion)
            #expect(before != after)
            cluster.faults.forgetRequests()
            let outcome = try await scene.sync()
            #expect(outcome.names(.unchanged).contains("c1"), "\(outcome.words)")
            // Nor without any memory of what was applied.
            try await scene.history.save(marks: [:], of: scene.project.name)
            let again = try await scene.sync()
            #expect(again.names(.unchanged).contains("c1") && again.names(.unchanged).contains("canary"))
            #expect(cluster.faults.writeCount == 0)
            #expect(cluster.faults.count("PATCH") == 0, "no dry run either")
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    /// An autoscaler with metrics in an order, and with quantities in a form, that no server writes.
    private func autoscaler(_ scene: Scene) -> String {
        """
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: web, namespace: \(scene.namespace)}
        spec:
          maxReplicas: 3
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
          metrics:
          - type: Resource
            resource: {name: memory, target: {type: AverageValue, averageValue: 1024Mi}}
          - type: Resource
            resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}

        """
    }

    @Test func `A22: an autoscaler's metrics are compared without a dry run, which servers before 1.27 double`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles().merging(["hpa.yaml": autoscaler(scene)]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.history.save(marks: [:], of: scene.project.name)
            cluster.faults.forgetRequests()
            let outcome = try await scene.sync()
            #expect(outcome.names(.unchanged).contains("web"), "\(outcome.words)")
            #expect(cluster.faults.count("PATCH", "*/horizontalpodautoscalers/*") == 0)
            try await scene.checkPromises()
        }
    }

    @Test func `A23: an exceeded quota stops one object, names what is short, and is tried again slowly`() async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            let words =
                "configmaps \"c1\" is forbidden: exceeded quota: small, requested: count/configmaps=1, "
                + "used: count/configmaps=5, limited: count/configmaps=5"
            cluster.faults.add(
                FaultRule("PATCH", scene.path("c1"), .failure(status: 403, reason: "Forbidden", message: words))
            )
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed) == ["c1"], "\(outcome.words)")
            #expect(outcome.names(.created).contains("c0") && outcome.names(.created).contains("c2"))
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 1)
            let failed = try #require(outcome.object("c1"))
            let error = try #require(failed.error)
            #expect(error.contains("infra/c1.yaml:1") && error.contains("exceeded quota: small"), "\(error)")
            #expect(error.contains("limited: count/configmaps=5") && error.contains("raise the quota"))
            #expect(!failed.isRetryable)
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }
}
