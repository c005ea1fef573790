// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import Synchronization
import TestKit

/// A registry that has every repository, each with one image that a test sets, and that misbehaves at the test's word.
/// Plain http: the project must call it insecure.
package final class ScriptedRegistry: Sendable {
    /// What it answers to a request; nil for what a good registry answers.
    package typealias Script = @Sendable (StubHTTPServer.Request) -> [StubHTTPServer.Step]?

    /// What the server's threads and the test share.
    private final class Shelf: Sendable {
        let content = Mutex(Content())
    }

    private struct Content {
        var blobs: [String: String] = [:]
        var latest = ""
        var script: Script?
    }

    private static let manifestType = "application/vnd.oci.image.manifest.v1+json"

    private let shelf: Shelf
    private let server: StubHTTPServer

    /// Listens on a free port; its tags point to an image of this content.
    package init(_ content: String) throws {
        let shelf = Shelf()
        self.shelf = shelf
        server = try StubHTTPServer { request in
            let misbehaviour = shelf.content.withLock { $0.script }
            return misbehaviour?(request) ?? ScriptedRegistry.answer(request, from: shelf)
        }
        push(content)
    }

    /// `127.0.0.1:PORT`.
    package var host: String { "127.0.0.1:\(server.port)" }
    /// Every request so far.
    package var requests: [StubHTTPServer.Request] { server.requests }
    /// What all tags point to.
    package var digest: String { shelf.content.withLock { $0.latest } }

    /// Lets Sternpost's polls wait for their answer until `body` has ended; the answer is then what the tags point to by then.
    package func holdingPolls(_ body: () async throws -> Void) async throws {
        let end = Gate()
        misbehave { request in
            guard request.method == "HEAD", request.headers["user-agent"] == "sternpost" else { return nil }
            end.pass()
            return nil
        }
        defer {
            misbehave(nil)
            end.open()
        }
        try await body()
    }

    /// Points all tags to an image of this content; the earlier ones stay.
    @discardableResult
    package func push(_ content: String) -> String {
        let configuration: JSON = ["config": ["Cmd": ["/bin/true"], "Labels": ["content": .string(content)]]]
        let config = ScriptedRegistry.digest(of: configuration.text)
        let manifest: JSON = [
            "schemaVersion": 2, "mediaType": .string(ScriptedRegistry.manifestType),
            "config": [
                "mediaType": "application/vnd.oci.image.config.v1+json", "digest": .string(config),
                "size": .int(Int64(configuration.text.utf8.count)),
            ],
            "layers": [],
        ]
        let digest = ScriptedRegistry.digest(of: manifest.text)
        shelf.content.withLock { shelf in
            shelf.blobs[config] = configuration.text
            shelf.blobs[digest] = manifest.text
            shelf.latest = digest
        }
        return digest
    }

    /// Misbehaves from now on; nil ends that.
    package func misbehave(_ script: Script?) { shelf.content.withLock { $0.script = script } }

    /// The good answer to a request, for scripts that change but a part of it.
    package func answer(_ request: StubHTTPServer.Request) -> [StubHTTPServer.Step] {
        ScriptedRegistry.answer(request, from: shelf)
    }

    /// Closes the port and all connections.
    package func stop() { server.stop() }

    private static func digest(of text: String) -> String { "\(ImageDigest.sha256(of: Array(text.utf8)))" }

    private static func answer(_ request: StubHTTPServer.Request, from shelf: Shelf) -> [StubHTTPServer.Step] {
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.count >= 2, let reference = parts.last, parts.first == "v2" else { return [.reply(200, "{}")] }
        let (digest, text) = shelf.content.withLock { shelf in
            let digest = reference.hasPrefix("sha256:") ? reference : shelf.latest
            return (digest, shelf.blobs[digest])
        }
        guard let text else { return [.reply(404, #"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#)] }
        return reply(to: request, text, digest: digest)
    }

    /// An answer with a manifest or blob; to HEAD its head alone.
    package static func reply(
        to request: StubHTTPServer.Request,
        _ text: String,
        digest: String,
        type: String? = nil
    ) -> [StubHTTPServer.Step] {
        let isManifest = request.path.contains("/manifests/")
        let kind = type ?? (isManifest ? manifestType : "application/octet-stream")
        guard request.method == "HEAD" else {
            return [.reply(200, text, headers: ["Docker-Content-Digest": digest], type: kind)]
        }
        return [
            .text(
                "HTTP/1.1 200 OK\r\nContent-Type: \(kind)\r\nContent-Length: \(text.utf8.count)\r\n"
                    + "Docker-Content-Digest: \(digest)\r\n\r\n"
            )
        ]
    }
}
