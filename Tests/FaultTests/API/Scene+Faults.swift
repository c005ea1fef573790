// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import HTTPWire
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import Testing

extension Scene {
    /// A client of the scene's cluster that waits milliseconds where the usual one waits seconds, and retries as often.
    func quickClient(
        _ kubeconfig: JSON? = nil,
        _ change: (inout KubeClientOptions) -> Void = { _ in }
    ) throws -> KubeClient {
        var options = KubeClientOptions(firstRetryDelay: .milliseconds(5), maxRetryDelay: .milliseconds(50))
        change(&options)
        let configuration = try KubeConfiguration(kubeconfig: kubeconfig ?? self.kubeconfig, folder: "/", context: nil)
        return KubeClient(configuration: configuration, wire: HTTPWire(), options: options)
    }

    /// The path of a ConfigMap of the test's namespace; `*` for any.
    func path(_ name: String) -> String { "/api/v1/namespaces/\(namespace)/configmaps/\(name)" }

    /// Where ConfigMaps are listed, in all namespaces.
    var listPath: String { "/api/v1/configmaps" }

    /// How the writes of one object were written down, oldest first.
    func endings(of name: String) async throws -> [RecordedMutation.Ending] {
        var found: [RecordedMutation.Ending] = []
        for run in try await history.runs(project: project.name, limit: 1_000).reversed() {
            guard let detail = try await history.detail(run.id) else { continue }
            found += detail.mutations.filter { $0.id.name == name }.map(\.ending)
        }
        return found
    }
}

extension PassOutcome {
    /// Everything that a person would read about the pass, for a test's comment.
    var words: String {
        let lines =
            objects.compactMap(\.error) + objects.flatMap(\.warnings)
            + [failure?.message, interruption].compactMap { $0 }
        return "\(outcome) \(lines) \(prune.map { "\($0.verdict)" } ?? "no plan")"
    }
}
