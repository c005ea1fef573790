// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SyncApply
import SyncImages
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import SyncRender
import Testing

/// The part of the promise check that image rollouts add.
extension Scene {
    /// Every patch of a rollout that the cluster saw has a row that said so before, and no workload bears marks of a
    /// rollout of which no row tells.
    func checkRollouts(
        _ rendered: RenderedSet,
        _ requests: [RecordedRequest],
        _ histories: [History],
        _ sourceLocation: SourceLocation
    ) async throws {
        var intended: Set<ObjectID> = []
        for history in histories {
            for run in try await history.runs(project: project.name, limit: 1_000) where run.trigger == .image {
                for mutation in try await history.detail(run.id)?.mutations ?? []
                where mutation.verb == .restart || mutation.verb == .annotate {
                    intended.insert(mutation.id)
                }
            }
        }
        for request in requests where request.query.contains("fieldManager=\(FieldManager.rollout)") {
            let hasRow = intended.contains { request.path.hasSuffix("/\($0.kind.lowercased())s/\($0.name)") }
            #expect(hasRow, "no row for the rollout \(request.path)", sourceLocation: sourceLocation)
        }
        let kinds = [
            CoreResources.deployments, CoreResources.statefulSets, CoreResources.daemonSets, CoreResources.cronJobs,
        ]
        for item in rendered.objects {
            guard let resource = kinds.first(where: { $0.gvk == item.object.gvk }),
                let path = PodTemplate.path(of: item.object.gvk.groupKind),
                let live = try await client.get(resource, namespace: namespace, name: item.object.name)
            else { continue }
            let annotations = live.json[path]?["metadata"]?["annotations"]?.object ?? JSONObject()
            guard annotations.keys.contains(where: { $0.hasPrefix(RolloutState.digestPrefix) }) else { continue }
            #expect(
                intended.contains(live.id),
                "\(live.id) was rolled out and no row tells of it",
                sourceLocation: sourceLocation
            )
        }
    }
}
