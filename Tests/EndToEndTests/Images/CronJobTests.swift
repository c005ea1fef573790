// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncImages
import SyncLoop
import SyncPlan
import TestKit
import Testing

/// A CronJob's image shows at its runs what it is good for.
@Suite(.timeLimit(.minutes(5)), .sharedRegistry)
struct CronJobTests {
    /// Makes a run of a suspended CronJob as its controller would, and waits until the pod has ended.
    private func run(_ name: String, number: Int, in images: ImageScene) async throws {
        let owner = try await images.live("CronJob", name)
        let run = "\(name)-\(number)"
        let job = try KubeObject([
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": [
                "name": .string(run), "namespace": .string(images.scene.namespace),
                "ownerReferences": [
                    [
                        "apiVersion": "batch/v1", "kind": "CronJob", "name": .string(name), "controller": true,
                        "uid": .string(owner.uid ?? ""),
                    ]
                ],
            ],
            "spec": owner.spec?["jobTemplate"]?["spec"] ?? [:],
        ])
        let jobs = CoreResources.resource("batch/v1", "Job", "jobs")
        _ = try await images.scene.client.create(job, in: jobs, fieldManager: "cronjob-controller")
        try await eventually("a pod of \(run) has ended") {
            try await images.pods(of: run).contains {
                ["Succeeded", "Failed"].contains($0.status?["phase"]?.string ?? "")
            }
        }
    }

    @Test func `a CronJob gets a new image for its next run, and the old one back when that fails`() async throws {
        try await withImageScene { images in
            let first = try await images.push("app", "1")
            let file = images.workload("CronJob", "nightly", [("app", images.image("app"))])
                .replacing("  schedule:", with: "  suspend: true\n  schedule:")
                .replacing("  jobTemplate:\n    spec:\n", with: "  jobTemplate:\n    spec:\n      backoffLimit: 0\n")
            try await images.deploy(["nightly.yaml": file])
            try await images.following { following in
                try await following.shows("nightly", .idle)
                try await run("nightly", number: 1, in: images)
                try await following.shows("nightly", .current)
                let second = try await images.push("app", "2")
                try await images.state("CronJob", "nightly", "is rolling") { $0.phase == .rolling }
                let row = try await following.shows("nightly", .rolling)
                #expect(row.lastRollout == nil)
                try await run("nightly", number: 2, in: images)
                try await images.completed("CronJob", "nightly", second.digest)
                #expect(try await images.running("nightly") == [first.digest, second.digest])

                let bad = try await images.push("app", "3", isBad: true)
                try await images.state("CronJob", "nightly", "is rolling") { $0.phase == .rolling }
                try await run("nightly", number: 3, in: images)
                try await run("nightly", number: 4, in: images)
                try await images.state("CronJob", "nightly", "is undone") { state in
                    state.containers["app"]?.pin == second.digest
                }
                try await run("nightly", number: 5, in: images)
                try await following.shows("nightly", .quarantined)
                let state = RolloutState(of: try await images.live("CronJob", "nightly"))
                #expect(state.containers["app"]?.bad == [bad.digest])
            }
            try await images.scene.checkPromises()
        }
    }
}
