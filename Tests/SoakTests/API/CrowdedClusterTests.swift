// SPDX-License-Identifier: Apache-2.0
import ClusterControllers
import ClusterStore
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// A large project in a cluster that is full of other people's objects.
@Suite(.timeLimit(.minutes(10)))
struct CrowdedClusterTests {
    private static let pods = 10_000
    private static let definitions = 100
    private static let configMaps = 900

    private static func definition(_ index: Int, _ scene: Scene) -> String {
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: kind\(index)s.\(scene.namespace).example.com}
        spec:
          group: \(scene.namespace).example.com
          scope: Namespaced
          names: {kind: Kind\(index), plural: kind\(index)s, singular: kind\(index), listKind: Kind\(index)List}
          versions:
          - name: v1
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}

        """
    }

    private static func instance(_ index: Int, _ scene: Scene) -> String {
        """
        apiVersion: \(scene.namespace).example.com/v1
        kind: Kind\(index)
        metadata: {name: only, namespace: \(scene.namespace)}
        spec: {number: \(index)}

        """
    }

    /// Pods of other people, as their controllers have them: nobody schedules or runs them here.
    private static func plantPods(_ cluster: EmbeddedCluster) throws {
        let client = cluster.client.acting(as: "somebody")
        try client.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "crowd"]])
        for index in 0..<pods {
            try client.create([
                "apiVersion": "v1", "kind": "Pod",
                "metadata": [
                    "name": .string("pod-\(index)"), "namespace": "crowd",
                    "labels": ["app": .string("app-\(index % 100)"), "team": "others"],
                ],
                "spec": [
                    "schedulerName": "nobody",
                    "containers": [["name": "main", "image": "registry.example.com/others:1"]],
                ],
            ])
        }
    }

    private struct Figures: CustomTestStringConvertible {
        let duration: Duration
        let requests: Int
        let writes: Int

        var testDescription: String { "\(duration), \(requests) requests, \(writes) writes" }
    }

    private func measured(
        _ cluster: EmbeddedCluster,
        _ pass: () async throws -> PassOutcome
    ) async throws -> (PassOutcome, Figures) {
        cluster.faults.forgetRequests()
        let start = ContinuousClock.now
        let outcome = try await pass()
        let figures = Figures(
            duration: start.duration(to: .now),
            requests: cluster.faults.requests.count,
            writes: cluster.faults.writeCount
        )
        print("A42: \(figures.testDescription)")
        return (outcome, figures)
    }

    @Test
    func `A42: 1,000 objects and 100 definitions among 10,000 foreign pods: bounded requests, and none is a pod's`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try Self.plantPods(cluster)
            var files = scene.baseFiles(configMaps: Self.configMaps)
            for index in 0..<Self.definitions {
                files["crd\(index).yaml"] = Self.definition(index, scene)
                files["kind\(index).yaml"] = Self.instance(index, scene)
            }
            try scene.commit(files)
            let objects = files.count
            let (first, cold) = try await measured(cluster) { try await scene.sync() }
            #expect(first.outcome == .succeeded, "\(first.objects.compactMap(\.error).prefix(3))")
            #expect(PassOutcome.counts(of: first.objects).created + 1 == objects, "the namespace was there")
            // One apply for each object, a list or look for each kind, a look at each definition until it is established.
            #expect(cold.writes < objects + 20)
            #expect(cold.requests < 3 * objects)
            let (second, warm) = try await measured(cluster) { try await scene.sync() }
            #expect(second.outcome == .succeeded)
            #expect(PassOutcome.counts(of: second.objects).unchanged == objects)
            #expect(warm.writes == 0)
            // Three kinds of our own and a hundred that we define: a list each, discovery, the inventory.
            #expect(warm.requests <= Self.definitions + 20, "\(warm.testDescription)")
            #expect(cluster.faults.count("*", "*/pods*") == 0, "nobody asks for pods")
            try await scene.checkPromises(bystanders: bystanders)
            let pods = cluster.client.list(.init(group: "", resource: "pods"), namespace: "crowd")
            #expect(pods.count == Self.pods && pods.allSatisfy { $0.deletionTimestamp == nil })
        }
    }
}
