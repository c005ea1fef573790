// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import OCIRegistry
import PlainText
import SyncLook

/// The credentials with which the node would pull a workload's images: the pull Secrets of its pods and of their service
/// account, in that order (kubernetes, "Pull an Image from a Private Registry"). What is read is kept for a while.
actor PullSecrets {
    private struct Key: Hashable {
        let isSecret: Bool
        let namespace: String
        let name: String
    }

    /// How long a Secret, or its absence, is believed.
    private static let maxAge: Duration = .seconds(120)
    private static let maxKept = 4096

    private let client: KubeClient
    private var kept: [Key: (object: KubeObject?, at: ContinuousClock.Instant)] = [:]

    init(client: KubeClient) { self.client = client }

    /// The keyring of a workload. Secrets that are missing or of another type are passed over, as the node does.
    ///
    /// - Throws: When one could not be read: without it a registry might say that there is no such image.
    func keyring(for workload: FollowedWorkload) async throws(KubeError) -> RegistryKeyring {
        let namespace = workload.id.namespace
        let spec = workload.template["spec"]
        var names = PullSecrets.names(spec?["imagePullSecrets"])
        let account = spec?["serviceAccountName"]?.string ?? "default"
        if let account = try await object(Key(isSecret: false, namespace: namespace, name: account)) {
            names += PullSecrets.names(account.json["imagePullSecrets"])
        }
        var keyrings: [RegistryKeyring] = []
        var seen: Set<String> = []
        for name in names where seen.insert(name).inserted {
            guard let secret = try await object(Key(isSecret: true, namespace: namespace, name: name)) else { continue }
            if let keyring = PullSecrets.keyring(secret) { keyrings.append(keyring) }
        }
        return RegistryKeyring(merging: keyrings)
    }

    /// Forgets everything, so that a Secret that was just corrected is read again.
    func forget() { kept = [:] }

    private func object(_ key: Key) async throws(KubeError) -> KubeObject? {
        let now = ContinuousClock.now
        if let known = kept[key], known.at.duration(to: now) < PullSecrets.maxAge { return known.object }
        if kept.count >= PullSecrets.maxKept { kept = [:] }
        let resource = key.isSecret ? APIResource.secrets : .serviceAccounts
        let object = try await client.get(resource, namespace: key.namespace, name: key.name)
        if key.isSecret, let object { client.redactor.register(secretObject: object) }
        kept[key] = (object, now)
        return object
    }

    private static func names(_ list: JSON?) -> [String] {
        (list?.array ?? []).compactMap { $0["name"]?.string }.filter { !$0.isEmpty }
    }

    private static func keyring(_ secret: KubeObject) -> RegistryKeyring? {
        let source = "Secret \(secret.namespace)/\(secret.name)"
        func bytes(_ key: String) -> [UInt8]? {
            secret.json["data"]?[key]?.string.flatMap { Base64.bytes(of: $0, padding: .optional) }
        }
        // A Secret that cannot be parsed is ignored, as the node does.
        if let config = bytes(".dockerconfigjson") {
            return try? DockerConfig(dockerconfigjson: config, source: source).keyring
        }
        if let config = bytes(".dockercfg") { return try? DockerConfig(dockercfg: config, source: source).keyring }
        return nil
    }
}
