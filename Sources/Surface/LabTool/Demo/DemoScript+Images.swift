// SPDX-License-Identifier: Apache-2.0
import ClusterControllers
import CommandLineTool
import Foundation
import KubeClient
import KubeObjects
import OCIRegistry
import SyncApply
import SyncImages
import SyncLoop
import SyncRecord

/// The demo's steps with a registry: workloads on `:latest` roll out by themselves, and come back when the image is bad.
extension DemoScript {
    /// What the steps need: a registry, and the played node that pulls from it.
    struct Images: Sendable {
        let registry: DemoRegistry
        /// The node does not speak to registries: it is told what a push has made.
        let node: ImageCatalog
        let board: ImageBoard
        let repository = "news"

        var name: String { "\(registry.host)/\(repository):latest" }
    }

    func followImages(_ images: Images) async throws {
        title("6. Push an image: workloads on :latest roll out by themselves")
        let first = try await push("news 1", images)
        let last = try await latest()
        try repository.write("infra/news-depl.yaml", DemoScript.manifest(images.name))
        try await repository.push("Deploy news on :latest")
        try await show(try await run(after: last, outcome: .succeeded))
        try await waitForImage(images, first)
        let before = try await latest()
        let second = try await push("news 2", images)
        let rollout = try await run(after: before, outcome: .succeeded, trigger: .image)
        try await tell(rollout)
        try await waitForImage(images, second)
    }

    func undoBadImage(_ images: Images) async throws {
        title("7. Push a bad image: it is undone, and not tried again")
        let last = try await latest()
        let bad = try await push("news 3, which crashes", images, isBad: true)
        let rollout = try await run(after: last, outcome: .degraded, trigger: .image)
        try await tell(rollout)
        try await wait("`images` shows the quarantine") {
            images.board.all.values.flatMap(\.rows).contains { $0.state == .quarantined }
        }
        say("`sternpost images` says:")
        StandardOutput.painted(ImageTable.text(ImageTable.rows(of: images.board.all), now: Date(), for: .output))
        let before = try await latest()
        let good = try await push("news 4, mended", images)
        say("the next image is another one than \(bad.shortText), and rolls out:")
        try await tell(try await run(after: before, outcome: .succeeded, trigger: .image))
        try await waitForImage(images, good)
    }

    private func push(_ text: String, _ images: Images, isBad: Bool = false) async throws -> ImageDigest {
        let digest = try await images.registry.push(text, to: images.repository, author: "Demo Person")
        if isBad { images.node.setFailure(.crash, of: "*@\(digest)") }
        images.node.setDigest("\(digest)", of: images.name)
        say("pushed \(images.name): \(digest.shortText)")
        return digest
    }

    private func tell(_ run: SyncRun) async throws {
        guard let detail = try await history.detail(run.id) else { return }
        for mutation in detail.mutations {
            say("run \(run.id): \(mutation.verb.rawValue) \(mutation.id): \(mutation.reason)")
        }
        for object in detail.objects {
            say("run \(run.id): \(object.error.map { "failed \(object.id): \($0)" } ?? "rolled out \(object.id)")")
        }
        say("run \(run.id): \(run.outcome.rawValue) after \(HistoryTable.took(run))")
    }

    /// Waits until `images` shows that the digest runs.
    private func waitForImage(_ images: Images, _ digest: ImageDigest) async throws {
        try await wait("the image \(digest.shortText) runs") {
            let rows = images.board.all.values.flatMap(\.rows)
            return rows.contains { $0.state == .current && $0.running == ["\(digest)"] }
        }
    }

    private static func manifest(_ image: String) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: news-depl
          namespace: posts
        spec:
          replicas: 2
          selector:
            matchLabels:
              app: news
          template:
            metadata:
              labels:
                app: news
            spec:
              containers:
                - name: news
                  image: \(image)

        """
    }
}
