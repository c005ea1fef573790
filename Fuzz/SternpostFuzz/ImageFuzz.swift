// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncImages
import SyncPlan

@testable import OCIRegistry

/// What names images, what registries answer, and what workloads remember of rollouts.
enum ImageFuzz {
    /// The normal form of a name means the same again, and no name leads into another repository.
    static func reference(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let digest = ImageDigest(imageID: text) { require(text.hasSuffix("\(digest)"), "another digest") }
        guard let image = try? ImageReference(text) else { return }
        require((try? ImageReference("\(image)"))?.description == "\(image)", "read twice it differs: \(image)")
        require(!image.repository.utf8.contains { $0 <= 0x20 || $0 == 0x7F }, "blanks")
        require(!image.repository.split(separator: "/").contains(".."), "a way out")
        require(image.isPinned || image.tag != nil, "neither tag nor digest")
        let digest = ImageDigest.sha256(of: bytes)
        require(image.pinned(to: digest).digest == digest, "pinned to another digest")
    }

    /// The first line is a header, the rest a manifest and a pull secret.
    static func registry(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        let header = String(decoding: lines.first ?? [], as: UTF8.self)
        let body = Array(lines.dropFirst().first ?? [])
        for challenge in RegistryChallenge.parse([header, header]) {
            require(challenge.parameters.count <= 64, "parameters without end")
        }
        if let manifest = try? ImageManifest(body, contentType: header) {
            require(ImageManifest.acceptedTypes.contains(manifest.mediaType), "a type that is refused")
            require(manifest.platformDigests.count <= ImageManifest.maxChildren, "platforms without end")
        }
        for keyring in [
            try? DockerConfig(dockerconfigjson: body, source: "fuzz").keyring,
            try? DockerConfig(dockercfg: body, source: "fuzz").keyring,
        ] {
            guard let keyring, let image = try? ImageReference("registry.example.com/team/app") else { continue }
            for credential in keyring.credentials(for: image) {
                require("\(credential)" == "a registry credential", "a credential shows itself")
            }
        }
    }

    /// The annotation that a workload carries: what is read is written and read the same, and a pin only adds a digest.
    static func rollout(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let containers: JSON = [["name": "web", "image": "nginx:latest"]]
        guard
            let workload = try? KubeObject([
                "apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": ["name": "web", "annotations": [RolloutState.annotation: .string(text)]],
                "spec": ["template": ["spec": ["containers": containers]]],
            ])
        else { return }
        let state = RolloutState(of: workload)
        var again = workload
        again.json[["metadata", "annotations", RolloutState.annotation]] = .string(state.text)
        if state.text.utf8.count <= 64 << 10 { require(RolloutState(of: again) == state, "read twice it differs") }
        let pinned = ImagePins(of: workload).applied(to: workload)
        let image = pinned.json[["spec", "template", "spec", "containers"]]?.array?.first?["image"]?.string ?? ""
        require(image == "nginx:latest" || image.hasPrefix("nginx:latest@sha256:"), "another image: \(image)")
        if image != "nginx:latest" { require(image.utf8.count == 12 + 72, "no digest: \(image)") }
        if let window = RolloutWindow(text) { _ = window.contains(Date(timeIntervalSince1970: 1_800_000_000)) }
        for pattern in TagPattern.list(text) ?? [] {
            require(pattern.description.contains("*") || pattern.matches(pattern.description), "does not match itself")
        }
    }
}
