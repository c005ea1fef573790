// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import Logging
import TestKit
import Testing

@testable import SyncImages

/// An Event passes the redactor of the client that sends it, and no other.
@Suite(.timeLimit(.minutes(1))) struct RolloutEventsTests {
    private let canary = "canary-\(UUID().uuidString.lowercased())"

    private func redactor() -> Redactor {
        let redactor = Redactor()
        redactor.register(canary)
        return redactor
    }

    @Test func `an Event tells no secret`() async throws {
        let sent = try await withStubServer { request in
            [.reply(201, request.text)]
        } _: { server in
            let kubeconfig: JSON = [
                "apiVersion": "v1", "kind": "Config", "current-context": "c",
                "contexts": [["name": "c", "context": ["cluster": "k", "user": "u"]]],
                "clusters": [["name": "k", "cluster": ["server": .string(server.url)]]],
                "users": [["name": "u", "user": .object(JSONObject())]],
            ]
            let client = KubeClient(
                configuration: try KubeConfiguration(kubeconfig: kubeconfig, folder: "/", context: nil),
                wire: HTTPWire(),
                options: KubeClientOptions(requestDeadline: .seconds(10), firstRetryDelay: .milliseconds(2)),
                redactor: redactor()
            )
            let events = RolloutEvents(client: client, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let workload = try KubeObject([
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"],
            ])
            await events.tell(.failed, "pod web-1 says\nit is \(canary)", about: workload)
            return server.requests.map(\.text).joined()
        }
        #expect(sent.contains("pod web-1 says it is \(Redactor.mask)"), "\(sent)")
        #expect(!sent.contains(canary))
    }
}
