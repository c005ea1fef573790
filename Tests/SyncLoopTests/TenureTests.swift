// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeClient
import KubeObjects
import SyncLoop
import Synchronization
import TestKit
import Testing

/// Whether a write may leave, by a clock that goes on while the process stands still.
struct TenureTests {
    private final class Clock: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func advance(by duration: Duration) { instant.withLock { $0 = $0.advanced(by: duration) } }
    }

    private func tenure() -> (tenure: Tenure, clock: Clock) {
        let clock = Clock()
        return (Tenure(lease: "ns/sternpost-posts", now: { clock.now }), clock)
    }

    @Test func `nothing may be written before the lease is held`() {
        let (tenure, _) = tenure()
        #expect(tenure.isOpen)
        #expect(!tenure.isLost)
        #expect(tenure.reasonToStop() == "the lease ns/sternpost-posts is not held")
    }

    @Test func `P9: a tenure that ran out while the process stood still is over before anything is sent`() {
        let (tenure, clock) = tenure()
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        #expect(tenure.reasonToStop() == nil)
        clock.advance(by: .seconds(60))
        #expect(tenure.isLost)
        let reason = tenure.reasonToStop() ?? ""
        #expect(reason.contains("ran out 50 s ago"))
    }

    @Test func `P9: a renewal that comes late does not revive it`() {
        let (tenure, clock) = tenure()
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        clock.advance(by: .seconds(10))
        tenure.extend(until: clock.now.advanced(by: .seconds(10)))
        #expect(tenure.reasonToStop() != nil)
        #expect(tenure.isLost)
    }

    @Test func `P9: it lasts as long as renewals come in time, and says why the last one failed`() {
        let (tenure, clock) = tenure()
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        for _ in 0..<20 {
            clock.advance(by: .seconds(9))
            tenure.extend(until: clock.now.advanced(by: .seconds(10)))
            #expect(tenure.reasonToStop() == nil)
        }
        tenure.note(trouble: "writing the lease: connection refused")
        #expect(tenure.reasonToStop() == nil)
        clock.advance(by: .seconds(11))
        let reason = tenure.reasonToStop() ?? ""
        #expect(reason.contains("connection refused"))
    }

    @Test func `P8: the first reason of a loss stays, and a new holding begins clean`() {
        let (tenure, clock) = tenure()
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        tenure.lose("other leads now")
        tenure.lose("another reason")
        #expect(tenure.reasonToStop() == "the lease ns/sternpost-posts was lost: other leads now")
        tenure.extend(until: clock.now.advanced(by: .seconds(10)))
        #expect(tenure.isLost)
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        #expect(tenure.reasonToStop() == nil)
        tenure.end()
        #expect(tenure.isOpen)
        #expect(!tenure.isLost)
    }

    @Test func `P9: a write that waited for its turn until the tenure had run out never leaves`() async throws {
        let (tenure, clock) = tenure()
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        try await withStubServer { _ in
            [.hang]
        } _: { server in
            let server: (url: String, requests: () -> Int) = (server.url, { server.requests.count })
            let configuration = try KubeConfiguration(kubeconfig: kubeconfig(server.url), folder: "/", context: nil)
            let other = KubeClient(configuration: configuration, wire: HTTPWire(requestsPerHost: 1))
            let client = KubeClient(sharing: other) { tenure.reasonToStop() }
            let slow = Task { try await other.discover() }
            try await eventually("the only place is taken") { server.requests() == 1 }
            let object = try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c", "namespace": "n"],
            ])
            let write = Task {
                do throws(KubeError) {
                    _ = try await client.apply(object, to: configMaps, fieldManager: "test")
                    return nil as KubeError?
                } catch {
                    return error
                }
            }
            // The process stands still for a minute; the answer that frees the place comes only then.
            clock.advance(by: .seconds(60))
            slow.cancel()
            let error = await write.value
            #expect(error?.reason == .withheld)
            #expect(error?.isOutcomeUnknown == false)
            #expect(error?.message.contains("it ran out") == true)
            #expect(server.requests() == 1)
        }
    }

    private let configMaps = APIResource(
        gvk: GroupVersionKind(group: "", version: "v1", kind: "ConfigMap"),
        plural: "configmaps",
        isNamespaced: true,
        verbs: ["patch"]
    )

    private func kubeconfig(_ server: String) -> JSON {
        [
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "contexts": [["name": "c", "context": ["cluster": "k", "user": "u"]]],
            "clusters": [["name": "k", "cluster": ["server": .string(server)]]],
            "users": [["name": "u", "user": [:]]],
        ]
    }
}
