// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import SyncObserve
import TestKit
import Testing

/// Claims whose StorageClass binds a volume only for the first Pod that uses it.
extension HealthObserverTests {
    private func withLateClass(_ body: (Space, String) async throws -> Void) async throws {
        try await withSpace { space in
            let name = "late-\(space.name)"
            _ = try await space.create(
                """
                {"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"\(name)"},
                 "provisioner":"example.org/none","volumeBindingMode":"WaitForFirstConsumer"}
                """
            )
            _ = try await space.create(
                """
                {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":
                 ["ReadWriteOnce"],"storageClassName":"\(name)","resources":{"requests":{"storage":"1Gi"}}}}
                """
            )
            do { try await body(space, name) } catch {
                try await space.kubectl(["delete", "storageclass", name])
                throw error
            }
            try await space.kubectl(["delete", "storageclass", name])
        }
    }

    @Test func `a claim that waits for its first consumer is at rest while no Pod uses it`() async throws {
        try await withLateClass { space, _ in
            let claim = space.awaited("", "PersistentVolumeClaim", "data")
            #expect(await space.wait([claim], within: .zero).ending == .healthy)
        }
    }

    @Test func `a claim that waits for its first consumer is awaited once a Pod uses it`() async throws {
        try await withLateClass { space, name in
            // A Pod that no node takes, so that no volume comes.
            _ = try await space.create(
                """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"user"},"spec":{"schedulerName":"nobody","containers":
                 [{"name":"a","image":"a:1"}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"later"}}]}}
                """
            )
            _ = try await space.create(
                """
                {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"later"},"spec":{"accessModes":
                 ["ReadWriteOnce"],"storageClassName":"\(name)","resources":{"requests":{"storage":"1Gi"}}}}
                """
            )
            // The embedded cluster needs no provisioner, and binds it.
            guard ClusterUnderTest.isReal else {
                let claim = space.awaited("", "PersistentVolumeClaim", "later")
                #expect(await space.wait([claim]).ending == .healthy)
                return
            }
            let report = await space.wait([space.awaited("", "PersistentVolumeClaim", "later")], within: .zero)
            #expect(report.unhealthy.map(\.status) == [.inProgress])
        }
    }

    // Only the embedded cluster can be told to refuse.
    @Test(.enabled(if: !ClusterUnderTest.isReal))
    func `where the StorageClass may not be read, the volume controller's word about the claim counts`() async throws {
        try await withLateClass { space, _ in
            let faults = try #require(space.cluster.embedded?.faults)
            let failure = FaultAction.failure(status: 403, reason: "Forbidden", message: "robots read no classes")
            faults.add(FaultRule("get", "*/storageclasses/*", failure))
            let claim = space.awaited("", "PersistentVolumeClaim", "data")
            try await eventually("the event is there") { await space.wait([claim], within: .zero).ending == .healthy }
            try await space.kubectl(["delete", "events", "--all"])
            let report = await space.wait([claim], within: .zero)
            #expect(report.unhealthy.map(\.status) == [.inProgress])
        }
    }
}
