// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import PlainText

/// A small real OCI image that a test makes and pushes with `skopeo`: one layer with one file, a configuration, and for
/// several platforms an index.
package struct RegistryImage: Sendable {
    /// What the push made, all digests as `sha256:…`.
    package struct Pushed: Sendable, Hashable {
        /// What the tag points to: the manifest, or the index when there are several platforms or an attestation.
        package let digest: String
        /// The manifests in the order of the platforms; for an image without index, the manifest itself.
        package let platformDigests: [String]
        /// The configurations in the order of the platforms.
        package let configDigests: [String]
    }

    /// The text of the one file in the image: another text gives other digests, the same text the same.
    package var content: String
    /// `os/architecture` or `os/architecture/variant`; more than one gives an index.
    package var platforms: [String]
    /// What the container runs.
    package var command: [String]
    /// Labels of the configuration.
    package var labels: [String: String]
    /// Annotations of the manifests and of the index, such as `org.opencontainers.image.revision`.
    package var annotations: [String: String]
    /// Adds an attestation with this text to the index, as `docker buildx` does; that needs no second platform.
    package var attestation: String?

    package init(
        content: String,
        platforms: [String] = ["linux/amd64"],
        command: [String] = ["/bin/true"],
        labels: [String: String] = [:],
        annotations: [String: String] = [:],
        attestation: String? = nil
    ) {
        self.content = content
        self.platforms = platforms
        self.command = command
        self.labels = labels
        self.annotations = annotations
        self.attestation = attestation
    }

    /// Makes the image and pushes it, digests preserved.
    ///
    /// - Parameters:
    ///   - server: A registry that runs; its first user pushes.
    ///   - repository: `team/app`.
    ///   - tag: `latest`; an image that has the tag loses it.
    /// - Returns: The digests.
    /// - Throws: ``MissingProgram`` when `skopeo` or `tar` is missing or fails.
    @discardableResult
    package func push(to server: RegistryServer, repository: String, tag: String = "latest") async throws -> Pushed {
        // The programs block; they must not take a thread of the pool.
        let result = await withCheckedContinuation { (answer: CheckedContinuation<Result<Pushed, any Error>, Never>) in
            Thread { answer.resume(returning: Result { try pushNow(to: server, repository, tag) }) }.start()
        }
        return try result.get()
    }

    private func pushNow(to server: RegistryServer, _ repository: String, _ tag: String) throws -> Pushed {
        let folder = FileManager.default.temporaryDirectory.appending(path: "image-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let layout = try ImageLayout(folder: folder)
        let pushed = try write(into: layout)
        let place = layout.path
        var arguments = ["copy", "--insecure-policy", "--all", "--preserve-digests", "--digestfile", "\(place)/digest"]
        if server.caPEM == nil {
            arguments.append("--dest-tls-verify=false")
        } else {
            let certificates = folder.appending(path: "authorities")
            try FileManager.default.createDirectory(at: certificates, withIntermediateDirectories: true)
            try Data(server.caPEM ?? []).write(to: certificates.appending(path: "ca.crt"))
            arguments += ["--dest-cert-dir", certificates.path(percentEncoded: false)]
        }
        if let user = server.user { arguments += ["--dest-creds", "\(user.name):\(user.password)"] }
        arguments += ["oci:\(place):image", "docker://\(server.host)/\(repository):\(tag)"]
        let output = try RegistryServer.spawn("skopeo", arguments, package: "skopeo", environment: ["HOME": place])
        let told = try String(contentsOfFile: "\(place)/digest", encoding: .utf8)
        guard told.hasPrefix(pushed.digest) else {
            let words = String(decoding: output, as: UTF8.self)
            throw MissingProgram(description: "skopeo pushed \(told) instead of \(pushed.digest): \(words)")
        }
        return pushed
    }

    private func write(into layout: ImageLayout) throws -> Pushed {
        let layer = try layout.addLayer(content)
        var manifests: [(descriptor: [String: any Sendable], digest: String)] = []
        var configurations: [String] = []
        for platform in platforms {
            let words = platform.split(separator: "/").map(String.init)
            var names: [String: any Sendable] = ["os": words[0], "architecture": words.count > 1 ? words[1] : "amd64"]
            if words.count > 2 { names["variant"] = words[2] }
            var configuration = names
            configuration["config"] = ["Cmd": command, "Labels": labels] as [String: any Sendable]
            configuration["rootfs"] = ["type": "layers", "diff_ids": [layer.diffID]] as [String: any Sendable]
            let configurationBlob = try layout.add(configuration, type: "application/vnd.oci.image.config.v1+json")
            configurations.append(configurationBlob.digest)
            var manifest = try layout.addManifest(configurationBlob.descriptor, layer.descriptor, annotations)
            manifest.descriptor["platform"] = names
            manifests.append(manifest)
        }
        var children = manifests.map(\.descriptor)
        if let attestation, let subject = manifests.first?.digest {
            children.append(try layout.addAttestation(attestation, of: subject))
        }
        let top: (descriptor: [String: any Sendable], digest: String)
        if children.count == 1, let only = manifests.first {
            top = only
        } else {
            let type = "application/vnd.oci.image.index.v1+json"
            var index: [String: any Sendable] = ["schemaVersion": 2, "mediaType": type, "manifests": children]
            if !annotations.isEmpty { index["annotations"] = annotations }
            top = try layout.add(index, type: type)
        }
        try layout.finish(top.descriptor)
        return Pushed(digest: top.digest, platformDigests: manifests.map(\.digest), configDigests: configurations)
    }
}

/// An OCI image layout: a folder of blobs, an `oci-layout` and an `index.json`.
private struct ImageLayout {
    typealias Blob = (descriptor: [String: any Sendable], digest: String)

    let folder: URL
    var path: String { folder.path(percentEncoded: false) }

    init(folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(
            at: folder.appending(path: "blobs/sha256"),
            withIntermediateDirectories: true
        )
        try Data(#"{"imageLayoutVersion":"1.0.0"}"#.utf8).write(to: folder.appending(path: "oci-layout"))
    }

    func add(_ object: [String: any Sendable], type: String) throws -> Blob {
        try add(bytes: JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), type: type)
    }

    func add(bytes: Data, type: String) throws -> Blob {
        let name = hex(bytes)
        try bytes.write(to: folder.appending(path: "blobs/sha256/\(name)"))
        return (["mediaType": type, "digest": "sha256:\(name)", "size": bytes.count], "sha256:\(name)")
    }

    /// A layer with one file. The same content gives the same bytes.
    func addLayer(_ content: String) throws -> (descriptor: [String: any Sendable], diffID: String) {
        try Data(content.utf8).write(to: folder.appending(path: "content"))
        let tar = "\(path)/layer.tar"
        let fixed = ["--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=0644"]
        _ = try RegistryServer.spawn("tar", fixed + ["-C", path, "-cf", tar, "content"], package: "tar")
        let diffID = hex(try Data(contentsOf: URL(filePath: tar)))
        _ = try RegistryServer.spawn("gzip", ["-n", tar], package: "gzip")
        let packed = try Data(contentsOf: URL(filePath: "\(tar).gz"))
        let blob = try add(bytes: packed, type: "application/vnd.oci.image.layer.v1.tar+gzip")
        return (blob.descriptor, "sha256:\(diffID)")
    }

    func addManifest(
        _ configuration: [String: any Sendable],
        _ layer: [String: any Sendable],
        _ annotations: [String: String]
    ) throws -> Blob {
        let type = "application/vnd.oci.image.manifest.v1+json"
        var manifest: [String: any Sendable] = [
            "schemaVersion": 2, "mediaType": type, "config": configuration, "layers": [layer],
        ]
        if !annotations.isEmpty { manifest["annotations"] = annotations }
        return try add(manifest, type: type)
    }

    /// What buildkit adds to an index to say how an image was built.
    func addAttestation(_ text: String, of subject: String) throws -> [String: any Sendable] {
        let configuration: [String: any Sendable] = [
            "os": "unknown", "architecture": "unknown", "config": [:] as [String: any Sendable],
            "rootfs": ["type": "layers", "diff_ids": ["sha256:\(hex(Data(text.utf8)))"]] as [String: any Sendable],
        ]
        let layer = try add(bytes: Data(text.utf8), type: "application/vnd.in-toto+json")
        let config = try add(configuration, type: "application/vnd.oci.image.config.v1+json")
        var descriptor = try addManifest(config.descriptor, layer.descriptor, [:]).descriptor
        descriptor["platform"] = ["os": "unknown", "architecture": "unknown"]
        descriptor["annotations"] = [
            "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": subject,
        ]
        return descriptor
    }

    /// Names the image, for `oci:FOLDER:image`.
    func finish(_ descriptor: [String: any Sendable]) throws {
        var descriptor = descriptor
        descriptor["platform"] = nil
        descriptor["annotations"] = ["org.opencontainers.image.ref.name": "image"]
        let index: [String: any Sendable] = ["schemaVersion": 2, "manifests": [descriptor]]
        let bytes = try JSONSerialization.data(withJSONObject: index, options: [.sortedKeys])
        try bytes.write(to: folder.appending(path: "index.json"))
    }

    private func hex(_ bytes: Data) -> String {
        SHA256.hash(data: bytes).hexadecimal
    }
}
