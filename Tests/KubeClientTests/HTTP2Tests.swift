// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeClient
import KubeObjects
import TestKit
import Testing

/// Debian's libcurl 7.88 takes some answers that HTTP/2 cut short for whole ones. Ours are read to their last bracket.
@Suite(.timeLimit(.minutes(1)))
struct HTTP2Tests {
    private static let list = listText((0..<50).map { "name-\($0)" })

    private func client(_ server: HTTP2Server, _ version: HTTPRequest.Version) throws -> KubeClient {
        let json = kubeconfig(
            "https://127.0.0.1:\(server.port)",
            cluster: ["certificate-authority": .string(server.authority)]
        )
        var options = KubeClientOptions(httpVersion: version, requestDeadline: .seconds(5), maxFailureRetries: 0)
        options.firstRetryDelay = .milliseconds(2)
        let configuration = try KubeConfiguration(kubeconfig: json, folder: "/", context: nil)
        return KubeClient(configuration: configuration, wire: HTTPWire(), options: options)
    }

    @Test func `HTTP/2 is spoken only where it is asked for`() async throws {
        try await HTTP2Server.serving(Self.list, cut: 0, ending: .whole) { server in
            let plain = try await client(server, .http1).list(configMaps)
            #expect(plain.objects.count == 50 && server.protocols == ["http/1.1"])
            let multiplexed = try await client(server, .http2).list(configMaps)
            #expect(multiplexed.objects.count == 50 && server.protocols == ["http/1.1", "h2"])
        }
    }

    @Test(arguments: HTTP2Server.Ending.allCases.filter { $0 != .whole }, [0, 20, 1000])
    func `A6: a list that HTTP/2 cut short is an error and never a shorter list`(
        ending: HTTP2Server.Ending,
        cut: Int
    ) async throws {
        try await HTTP2Server.serving(Self.list, cut: cut, ending: ending) { server in
            let client = try client(server, .http2)
            // Several streams of one connection: the more there are, the more of them libcurl takes for whole.
            let reasons = await withTaskGroup(of: KubeError.Reason?.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        await kubeError { () async throws(KubeError) in try await client.list(configMaps) }?.reason
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(reasons.count == 4)
            for reason in reasons {
                #expect(
                    reason == .protocolViolation || reason == .unreachable || reason == .timeout,
                    "\(reason as Any)"
                )
            }
            #expect(server.requests >= 1 && server.protocols.allSatisfy { $0 == "h2" })
        }
    }
}
