// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// Reads and writes the Lease `sternpost-<project>` in the project's namespace, beside the inventory.
package struct LeaseStore: Sendable {
    /// The result of a write.
    enum Answer: Sendable, Hashable {
        case stored(KubeObject)
        /// The lease was changed, created or deleted by another process since it was read; nothing was stored.
        case overtaken
        /// The namespace does not exist.
        case noNamespace
    }

    /// Sends the requests about the lease: with short deadlines, without a write gate, and without waiting behind other
    /// requests.
    let client: KubeClient
    private let namespace: String
    private let name: String

    /// - Parameters:
    ///   - client: The cluster.
    ///   - project: Whose lease.
    ///   - namespace: Where the project's inventory is.
    ///   - patience: How long one request, and all its repetitions together, may take.
    package init(client: KubeClient, project: String, namespace: String, patience: Duration = .seconds(5)) {
        var options = client.options
        options.requestDeadline = patience
        options.retryBudget = patience
        options.lane = .urgent
        self.client = KubeClient(sharing: client, options: options)
        self.namespace = namespace
        name = WireName.object(ofProject: project)
    }

    /// `NAMESPACE/NAME`, for messages.
    package var place: String { "\(namespace)/\(name)" }

    /// The stored lease; nil when there is none.
    func read() async throws(LeaseError) -> KubeObject? {
        do throws(KubeError) {
            return try await client.get(LeaseStore.leases, namespace: namespace, name: name)
        } catch {
            throw LeaseError(error, while: "reading the lease \(place)")
        }
    }

    /// The holder according to the cluster; nil when there is none. One reading does not tell whether the holder is
    /// still alive.
    package func holder() async throws(LeaseError) -> String? {
        let holder = try await read().map { LeaseRecord($0).holder } ?? ""
        return holder.isEmpty ? nil : holder
    }

    /// Puts a record in the place of exactly the lease that was read, or creates the lease.
    func write(_ record: LeaseRecord, replacing stored: KubeObject?) async throws(LeaseError) -> Answer {
        do throws(KubeError) {
            let object = try object(record, replacing: stored)
            let answer =
                stored == nil
                ? try await client.create(object, in: LeaseStore.leases, fieldManager: FieldManager.main)
                : try await client.replace(object, in: LeaseStore.leases, fieldManager: FieldManager.main)
            return .stored(answer.object)
        } catch {
            switch error.reason {
            case .conflict, .alreadyExists: return .overtaken
            case .notFound: return stored == nil ? .noNamespace : .overtaken
            default: throw LeaseError(error, while: "writing the lease \(place)")
            }
        }
    }

    private func object(_ record: LeaseRecord, replacing stored: KubeObject?) throws(KubeError) -> KubeObject {
        var json: JSON =
            stored?.json ?? [
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": [
                    "name": .string(name), "namespace": .string(namespace),
                    "labels": [WireName.managedBy: .string(WireName.tool)],
                ],
            ]
        json["spec"] = record.spec(replacing: stored?.spec)
        do throws(KubeObjectError) { return try KubeObject(json) } catch {
            throw KubeError(reason: .protocolViolation, message: "the lease \(place) is no object: \(error)")
        }
    }

    private static let leases = APIResource(
        gvk: GroupVersionKind(group: "coordination.k8s.io", version: "v1", kind: "Lease"),
        plural: "leases",
        isNamespaced: true,
        verbs: ["get", "create", "update"]
    )
}
