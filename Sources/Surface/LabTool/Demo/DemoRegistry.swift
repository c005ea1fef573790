// SPDX-License-Identifier: Apache-2.0
import CommandLineTool
import Foundation
import HTTPWire
import KubeObjects
import OCIRegistry

/// The demo's image registry: Debian's `docker-registry` on loopback, and a push into it as `docker push` does it.
struct DemoRegistry: Sendable {
    /// `127.0.0.1:PORT`, the first part of its images' names.
    let host: String
    private let process: Process
    private let wire = HTTPWire()

    /// Starts a registry; nil when the program is not installed.
    ///
    /// - Throws: ``CommandFailure`` when it does not answer in time.
    static func start(in folder: String, port: Int) async throws -> DemoRegistry? {
        let program = "/usr/bin/docker-registry"
        guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
        let configuration = """
            version: 0.1
            log: {level: error, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: \(folder)/registry}}
            http: {addr: "127.0.0.1:\(port)"}

            """
        let file = "\(folder)/registry.yml"
        try configuration.write(toFile: file, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["serve", file]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let registry = DemoRegistry(host: "127.0.0.1:\(port)", process: process)
        let end = ContinuousClock.now.advanced(by: .seconds(30))
        while ContinuousClock.now < end {
            if let answer = try? await registry.send("GET", "/v2/"), answer.status == 200 { return registry }
            try await Task.sleep(for: .milliseconds(50))
        }
        registry.stop()
        throw CommandFailure("docker-registry did not answer on \(registry.host)", status: 1)
    }

    /// Ends the registry.
    func stop() { if process.isRunning { process.terminate() } }

    /// Pushes an image of one small layer under a tag, which leaves the image that had the tag.
    ///
    /// - Parameters:
    ///   - text: What is in the image; another text gives another digest.
    ///   - repository: Its name in the registry.
    ///   - author: Who built it, as the image tells.
    /// - Returns: The digest of the manifest.
    /// - Throws: What the wire throws, or ``CommandFailure`` when the registry refuses.
    func push(_ text: String, to repository: String, author: String) async throws -> ImageDigest {
        let layer = Array(text.utf8)
        let config = (["architecture": "amd64", "os": "linux", "config": ["Cmd": ["/news", .string(text)]]] as JSON)
            .serialized()
        for blob in [layer, config] { try await upload(blob, to: repository) }
        func descriptor(_ type: String, _ bytes: [UInt8]) -> JSON {
            [
                "mediaType": .string(type), "digest": .string("\(ImageDigest.sha256(of: bytes))"),
                "size": .int(Int64(bytes.count)),
            ]
        }
        let type = "application/vnd.oci.image.manifest.v1+json"
        let manifest: JSON = [
            "schemaVersion": 2, "mediaType": .string(type),
            "config": descriptor("application/vnd.oci.image.config.v1+json", config),
            "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", layer)],
            "annotations": ["org.opencontainers.image.authors": .string(author)],
        ]
        let body = manifest.serialized()
        let answer = try await send("PUT", "/v2/\(repository)/manifests/latest", body, type: type)
        guard answer.status == 201 else { throw refusal("the manifest", answer) }
        return ImageDigest.sha256(of: body)
    }

    private func upload(_ blob: [UInt8], to repository: String) async throws {
        let start = try await send("POST", "/v2/\(repository)/blobs/uploads/", [])
        guard start.status == 202, let place = start.head.values(of: "Location").first else {
            throw refusal("an upload", start)
        }
        let digest = "\(ImageDigest.sha256(of: blob))".replacing(":", with: "%3A")
        let path = place.hasPrefix("http://\(host)") ? String(place.dropFirst("http://\(host)".count)) : place
        let target = "\(path)\(path.contains("?") ? "&" : "?")digest=\(digest)"
        let end = try await send("PUT", target, blob, type: "application/octet-stream")
        guard end.status == 201 else { throw refusal("a blob", end) }
    }

    private func send(
        _ method: String,
        _ path: String,
        _ body: [UInt8]? = nil,
        type: String? = nil
    ) async throws -> HTTPResponse {
        try await wire.send(
            HTTPRequest(
                method: method,
                url: "http://\(host)\(path)",
                headers: type.map { [HTTPHeader("Content-Type", $0)] } ?? [],
                body: body,
                deadlines: HTTPDeadlines(connect: .seconds(2), total: .seconds(20))
            )
        )
    }

    private func refusal(_ what: String, _ answer: HTTPResponse) -> CommandFailure {
        CommandFailure("the demo's registry did not take \(what): status \(answer.status)", status: 1)
    }
}
