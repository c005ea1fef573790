// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import KubeObjects
import SyncLook
import SyncPlan
import Testing

/// What an object names that stays in the cluster: it is not deleted in any later pass, whatever that pass reads.
@Suite(.timeLimit(.minutes(5)))
struct KeptUserTests {
    /// Why a Deployment stays that has left git, and how that came to be after its first sync.
    enum Stay: CaseIterable {
        case asksToBeKept, lostItsLabel, handedOver, madeAnewByOthers

        func reach(in project: ProjectUnderTest) async throws {
            switch self {
            case .asksToBeKept: break
            case .lostItsLabel: try await project.kubectl(["label", "deployment", "web", "\(ApplySet.partOfLabel)-"])
            case .handedOver:
                try await project.kubectl(["label", "deployment", "web", "kustomize.toolkit.fluxcd.io/name=shop"])
            case .madeAnewByOthers:
                try await project.kubectl(["delete", "deployment", "web", "--cascade=orphan"])
                let label = #"{"\#(ApplySet.partOfLabel)":"\#(project.applySet.id)"}"#
                try await project.createByHand(KeptUserTests.web(labels: label))
            }
        }
    }

    /// A Deployment whose pods name the ConfigMap `old`.
    private static func web(labels: String = "{}", annotations: String = "{}") -> String {
        """
        {"apiVersion":"apps/v1","kind":"Deployment",
         "metadata":{"name":"web","labels":\(labels),"annotations":\(annotations)},
         "spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},
          "template":{"metadata":{"labels":{"app":"web"}},
           "spec":{"containers":[{"name":"web","image":"nginx:1","envFrom":[{"configMapRef":{"name":"old"}}]}]}}}}
        """
    }

    @Test(arguments: Stay.allCases, [false, true])
    func `what an object names that stays is kept in every pass, and goes once nothing names it`(
        stay: Stay,
        leavesAlone: Bool
    ) async throws {
        try await ProjectUnderTest.run { project in
            let wish = stay == .asksToBeKept ? #"{"sternpost.dev/prune":"disabled"}"# : "{}"
            try await project.sync([Self.web(annotations: wish), configMap("old"), configMap("new")])
            try await stay.reach(in: project)
            // No other object of its kind is declared, or is a member.
            if leavesAlone { try await project.sync([configMap("old"), configMap("new")]) }
            for pass in 1...3 {
                let plan = try await project.sync([configMap("new")]).plan
                #expect(plan.prune.steps.isEmpty, "pass \(pass)")
                let kept = Dictionary(plan.prune.kept.map { ($0.id.name, $0.reason) }) { first, _ in first }
                let text = "Deployment.apps \(project.namespace)/web stays, and names it"
                #expect(kept["old"] == text, "pass \(pass): \(kept)")
                let named = "; it names ConfigMap \(project.namespace)/old of this project"
                #expect(kept["web"]?.hasSuffix(named) == true, "pass \(pass): \(kept)")
            }
            #expect(try await project.live("ConfigMap", "old") != nil)
            try await project.kubectl([
                "patch", "deployment", "web", "--type=json", "-p",
                #"[{"op":"remove","path":"/spec/template/spec/containers/0/envFrom"}]"#,
            ])
            let last = try await project.sync([configMap("new")]).plan.prune
            #expect(last.steps.map(\.id.name) == ["old"])
            #expect(last.released.map(\.id.name) == ["web"])
            #expect(try await project.live("ConfigMap", "old") == nil)
            #expect(try await project.live("Deployment", "web", group: "apps") != nil)
        }
    }
}
