// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncImages
import SyncLoop
import SyncPlan
import TestKit
import Testing

/// A registry that asks for a password, over TLS with an authority of its own.
@Suite(.timeLimit(.minutes(5)))
struct PrivateRegistryTests {
    private static let password = "pull-\(UUID().uuidString.lowercased())"

    /// A pull Secret as `kubectl create secret docker-registry` makes it.
    private func pullSecret(_ name: String, _ images: ImageScene) -> String {
        let login = Data("puller:\(Self.password)".utf8).base64EncodedString()
        let config = #"{"auths":{"\#(images.registry.host)":{"auth":"\#(login)"}}}"#
        return """
            apiVersion: v1
            kind: Secret
            metadata: {name: \(name), namespace: \(images.scene.namespace)}
            type: kubernetes.io/dockerconfigjson
            data: {.dockerconfigjson: \(Data(config.utf8).base64EncodedString())}

            """
    }

    private func account(_ images: ImageScene) -> String {
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: puller, namespace: \(images.scene.namespace)}
        imagePullSecrets: [{name: of-account}]

        """
    }

    @Test func `pull secrets of the pod and of its service account open a private registry`() async throws {
        try await withTemporaryFolder { folder in
            try await RegistryServer.serving(in: folder, tls: true, users: ["puller": Self.password]) { registry in
                try await withImageScene(registry: registry) { images in
                    try await rollOut(images)
                }
            }
        }
    }

    private func rollOut(_ images: ImageScene) async throws {
        let authority = String(decoding: images.registry.caPEM ?? [], as: UTF8.self)
        try await images.push("app", "1")
        let image = images.image("app")
        try await images.deploy(
            [
                "a-secrets.yaml": [pullSecret("of-pod", images), pullSecret("of-account", images), account(images)]
                    .joined(separator: "---\n"),
                "pod.yaml": images.deployment("pod", image) { $0.podSpec = ["imagePullSecrets: [{name: of-pod}]"] },
                "account.yaml": images.deployment("account", image) { $0.podSpec = ["serviceAccountName: puller"] },
                "stranger.yaml": images.deployment("stranger", image) { $0.replicas = 0 },
            ],
            healthy: ["pod", "account"]
        )
        try await images.following(
            edit: { project in
                var choice = RegistryChoice()
                choice.authorities = authority
                project.images.registries[images.registry.host] = choice
            }
        ) { following in
            try await following.shows("pod", .current)
            try await following.shows("account", .current)
            let row = try await following.shows("stranger", .unreadable)
            #expect(row.detail.text.contains("imagePullSecrets"), "\(row.detail)")
            let new = try await images.push("app", "2")
            for name in ["pod", "account"] {
                try await images.completed("Deployment", name, new.digest)
                try await images.runs("Deployment", name, new.digest)
            }
        }
        // The password is nowhere in what was said or written down.
        let said = images.scene.log.text
        #expect(!said.contains(Self.password))
        let told = try await images.rollouts()
        #expect(!"\(told)".contains(Self.password))
        try await images.scene.checkPromises()
    }
}
