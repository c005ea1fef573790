// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A git server over http on loopback that says exactly what a test wants: any list of refs, any pack.
package struct HostileGitServer: Sendable {
    private let server: StubHTTPServer

    /// The repository's URL.
    package var url: String { "\(server.url)/posts.git" }
    /// Every request so far.
    package var requests: [StubHTTPServer.Request] { server.requests }
    /// How many bytes the clients took.
    package var bytesSent: Int { server.bytesSent }

    /// What the server does.
    package struct Script: Sendable {
        /// The answer to the question for refs.
        package var list: [StubHTTPServer.Step]
        /// The answer to the question for a pack.
        package var pack: [StubHTTPServer.Step]

        /// A list of refs and a pack, each well formed around whatever they hold.
        package init(refs: [(name: String, id: String)], pack: [UInt8]) {
            list = HostileGitServer.answer("advertisement", HostileGitServer.list(refs))
            self.pack = HostileGitServer.answer("result", HostileGitServer.line(Array("NAK\n".utf8)) + pack)
        }
    }

    /// Serves while `body` runs.
    package static func serving<Result>(
        _ script: Script,
        _ body: (HostileGitServer) async throws -> Result
    ) async throws -> Result {
        try await withStubServer { request in
            request.method == "GET" ? script.list : script.pack
        } _: { server in
            try await body(HostileGitServer(server: server))
        }
    }

    /// A whole answer.
    ///
    /// - Parameters:
    ///   - kind: `advertisement` for a list of refs, `result` for a pack.
    ///   - body: The bytes.
    ///   - more: What is done instead of ending there; its bytes must be ``chunk(_:)``s.
    /// - Returns: The steps of the answer.
    package static func answer(
        _ kind: String,
        _ body: [UInt8],
        then more: [StubHTTPServer.Step] = []
    ) -> [StubHTTPServer.Step] {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-\(kind)\r\n"
            + (more.isEmpty ? "Content-Length: \(body.count)\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n")
        return [.bytes(Array(head.utf8) + (more.isEmpty ? body : chunk(body)))] + more
    }

    /// A part of an answer that has more of them.
    package static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
    }

    /// A list of refs as git sends it.
    package static func list(_ refs: [(name: String, id: String)]) -> [UInt8] {
        var bytes = line(Array("# service=git-upload-pack\n".utf8)) + Array("0000".utf8)
        for (index, ref) in refs.enumerated() {
            let capabilities = index == 0 ? "\0multi_ack ofs-delta agent=hostile" : ""
            bytes += line(Array("\(ref.id) \(ref.name)\(capabilities)\n".utf8))
        }
        return bytes + Array("0000".utf8)
    }

    /// A packet: four hexadecimal digits of length, and the content.
    package static func line(_ content: [UInt8]) -> [UInt8] {
        let length = String(content.count + 4, radix: 16)
        return Array((String(repeating: "0", count: max(0, 4 - length.utf8.count)) + length).utf8) + content
    }
}
