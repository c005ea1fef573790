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

    /// The reasons for which members stay, by name.
    private func kept(_ plan: Plan) -> [String: String] {
        Dictionary(plan.prune.kept.map { ($0.id.name, $0.reason) }) { first, _ in first }
    }

    @Test(arguments: Stay.allCases)
    func `what an object needs that stays is kept in every pass, until a person deletes it`(stay: Stay) async throws {
        try await ProjectUnderTest.run { project in
            let wish = stay == .asksToBeKept ? #"{"sternpost.dev/prune":"disabled"}"# : "{}"
            try await project.sync([Self.web(annotations: wish), configMap("old"), configMap("new")])
            try await stay.reach(in: project)
            let first = try await project.sync([configMap("new")]).plan
            #expect(first.prune.steps.isEmpty && first.prune.released.map(\.id.name) == ["web"])
            #expect(kept(first)["old"] == "Deployment.apps \(project.namespace)/web stays, and names it")
            // No object of the kind is declared or a member any more, so that no pass reads the Deployment.
            for pass in 2...3 {
                let plan = try await project.sync([configMap("new")]).plan
                #expect(plan.prune.steps.isEmpty && plan.prune.released.isEmpty, "pass \(pass)")
                #expect(kept(plan)["old"]?.contains("needed it when it left git") == true, "\(kept(plan))")
                #expect(plan.prune.base == 2, "what others have raises no limit")
            }
            // What the Deployment becomes changes nothing of that.
            try await project.kubectl(["delete", "deployment", "web"])
            #expect(kept(try await project.sync([configMap("new")]).plan)["old"] != nil)
            try await project.kubectl(["delete", "configmap", "old"])
            let last = try await project.sync([configMap("new")]).plan.prune
            #expect(last.kept.isEmpty && last.released.map(\.id.name) == ["old"])
            #expect(try await project.storedInventory().members.keys.map(\.name) == ["new"])
        }
    }

    @Test func `what an object needed goes again as git says once git has declared it again`() async throws {
        try await ProjectUnderTest.run { project in
            let web = Self.web(annotations: #"{"sternpost.dev/prune":"disabled"}"#)
            try await project.sync([web, configMap("old"), configMap("new")])
            try await project.sync([configMap("new")])
            try await project.kubectl(["delete", "deployment", "web"])
            try await project.sync([configMap("old"), configMap("new")])
            let steps = try await project.sync([configMap("new")]).plan.prune.steps
            #expect(steps.map(\.id.name) == ["old"])
        }
    }

    /// The garbage collector would take the Deployment along.
    @Test func `the owner of an object that belongs to others now is kept in every pass`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([Self.web(), configMap("owner"), configMap("new")])
            let uid = try #require(try await project.live("ConfigMap", "owner")?.uid)
            let owner = #"{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"\#(uid)"}"#
            let patch = #"{"metadata":{"ownerReferences":[\#(owner)]}}"#
            try await project.kubectl(["patch", "deployment", "web", "--type=merge", "-p", patch])
            try await Stay.handedOver.reach(in: project)
            for pass in 1...3 {
                let plan = try await project.sync([configMap("new")]).plan
                #expect(plan.prune.steps.isEmpty && kept(plan)["owner"] != nil, "pass \(pass)")
            }
        }
    }
}
