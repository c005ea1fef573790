// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan
import Waiting

/// Reads a project's workloads and their pods. Keeps no state.
struct WorkloadReader: Sendable {
    private static let concurrency = 4

    let client: KubeClient
    let applySet: ApplySet
    let policy: ImagePolicy

    /// Every workload of the project whose images are followed, ascending by identity.
    ///
    /// - Throws: The first error: rollouts decided on a part of the workloads would count wrongly.
    func workloads() async throws(KubeError) -> [FollowedWorkload] {
        let (client, applySet, policy) = (client, applySet, policy)
        let selector = applySet.memberSelector
        let lists = await concurrently(APIResource.workloads, limit: Self.concurrency) { resource in
            do throws(KubeError) {
                let list = try await client.list(resource, labelSelector: selector) { object -> FollowedWorkload? in
                    guard Ownership.of(object, for: applySet) == .ours, !SyncAnnotation.isLeftAlone(object) else {
                        return nil
                    }
                    return FollowedWorkload(object, policy: policy)
                }
                return Result<[FollowedWorkload], KubeError>.success(list.kept)
            } catch {
                return .failure(error)
            }
        }
        var all: [FollowedWorkload] = []
        for list in lists { all += try (list ?? .failure(.cancelled)).get() }
        return all.sorted { $0.id < $1.id }
    }

    /// The pods of workloads, by workload; a namespace that cannot be read is a failure for each of its workloads.
    func pods(of workloads: [FollowedWorkload]) async -> [ObjectID: Result<[PodImages], KubeError>] {
        let client = client
        let spaces = Dictionary(grouping: workloads, by: \.id.namespace).sorted { $0.key < $1.key }
        let lists = await concurrently(spaces, limit: Self.concurrency) { space, _ in
            do throws(KubeError) {
                let list = try await client.list(.pods, namespace: space) { PodImages($0) }
                return Result<[PodImages], KubeError>.success(list.kept)
            } catch {
                return .failure(error)
            }
        }
        var result: [ObjectID: Result<[PodImages], KubeError>] = [:]
        for ((_, members), list) in zip(spaces, lists) {
            for workload in members {
                result[workload.id] = (list ?? .failure(.cancelled)).map { pods in
                    pods.filter { $0.belongs(to: workload.object) }
                }
            }
        }
        return result
    }

    /// One workload as it is now; nil when it is gone, or not followed any more.
    func workload(_ id: ObjectID) async throws(KubeError) -> FollowedWorkload? {
        guard let resource = APIResource.workloads.first(where: { $0.gvk.groupKind == id.groupKind }),
            let object = try await client.get(resource, namespace: id.namespace, name: id.name)
        else { return nil }
        return FollowedWorkload(object, policy: policy)
    }
}

extension KubeError {
    fileprivate static let cancelled = KubeError(reason: .cancelled, message: "cancelled before the request was sent")
}
