// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import TestKit
import Testing

/// Our own program against API servers that send more than anybody should: it ends with an error of one line, in bounded
/// memory. The bounds are those of a debug build, which holds about what an optimised one does.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct HostileAPIServerTests {
    private static let chunkedHead =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func chunked(_ start: String, _ piece: String, times: Int) -> [StubHTTPServer.Step] {
        func chunk(_ text: String) -> StubHTTPServer.Step {
            .text("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
        }
        return [.text(chunkedHead), chunk(start)] + Array(repeating: chunk(piece), count: times)
    }

    /// An answer to the first question, the words that the error must hold, and the most memory in MiB.
    static let answers: [(name: String, steps: [StubHTTPServer.Step], word: String, megabytes: Int)] = [
        (
            "ten million items",
            chunked("{\"kind\":\"APIVersions\",\"versions\":[", String(repeating: "{},", count: 100_000), times: 100)
                + [.text("0\r\n\r\n")],
            "more than 4000000 values", 600
        ),
        (
            "a body without end", chunked("{\"kind\":\"", String(repeating: "x", count: 1 << 20), times: 1000),
            "longer than 67108864 bytes", 400
        ),
        (
            "a million brackets",
            chunked("{\"a\":", String(repeating: "[", count: 1 << 20), times: 1) + [.text("0\r\n\r\n")],
            "nested deeper than 512 levels", 200
        ),
        (
            "informational answers without end",
            Array(repeating: .text(String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 40_000)), count: 100),
            "headers are longer", 200
        ),
    ]

    @Test(arguments: answers.map(\.name))
    func `a server that sends without measure ends a pass in bounded memory`(name: String) async throws {
        let (_, steps, word, megabytes) = try #require(Self.answers.first { $0.name == name })
        try await withTemporaryFolder { folder in
            let git = try GitFolder(at: folder.appending(path: "repository.git"))
            let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n"
            try git.commit(["infra/a.yaml": object], message: "one object")
            try await withStubServer { _ in
                steps
            } _: { server in
                let kubeconfig: JSON = [
                    "current-context": "c", "contexts": [["name": "c", "context": ["cluster": "k"]]],
                    "clusters": [["name": "k", "cluster": ["server": .string(server.url)]]],
                ]
                let file = folder.appending(path: "kubeconfig")
                try Data(kubeconfig.serialized()).write(to: file)
                let result = try await MeasuredProcess.run(
                    [
                        "sync", "--repo", git.path, "--kubeconfig", file.path(percentEncoded: false), "--data-dir",
                        folder.appending(path: "data").path(percentEncoded: false),
                    ],
                    in: folder
                )
                #expect(result.status == 1 || result.status == 2, "\(result.errors.suffix(500))")
                #expect(result.errors.contains(word), "\(result.errors.suffix(500))")
                #expect(result.errors.utf8.count < 10_000)
                #expect(result.peakBytes < megabytes << 20, "\(result.peakBytes >> 20) MiB")
                #expect(server.requests.count >= 1)
            }
        }
    }

    /// Texts that were made to blow up, rendered by the program itself.
    static let manifests: [(name: String, text: String, word: String, megabytes: Int)] = [
        (
            "billion laughs",
            "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
                + (1...9).map { level in
                    "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ","))]\n"
                }.joined(),
            "grow beyond 48 MiB", 200
        ),
        ("a million brackets", String(repeating: "[", count: 1 << 20), "nested deeper", 200),
        ("sixteen megabytes of commas", "a: [\(String(repeating: "1,", count: 8_000_000))", "grows beyond", 600),
    ]

    @Test(arguments: manifests.map(\.name))
    func `a manifest that blows up is refused in bounded memory`(name: String) async throws {
        let (_, text, word, megabytes) = try #require(Self.manifests.first { $0.name == name })
        try await withTemporaryFolder { folder in
            let git = try GitFolder(at: folder.appending(path: "repository.git"))
            try git.commit(["infra/a.yaml": text], message: "a bomb")
            let result = try await MeasuredProcess.run(["render", "--repo", git.path], in: folder)
            #expect(result.status == 2)
            #expect(
                result.errors.contains("infra/a.yaml:") && result.errors.contains(word),
                "\(result.errors.suffix(500))"
            )
            #expect(result.peakBytes < megabytes << 20, "\(result.peakBytes >> 20) MiB")
        }
    }
}
