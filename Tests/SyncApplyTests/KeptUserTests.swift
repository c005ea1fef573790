// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import KubeObjects
import SyncLook
import SyncPlan
import Testing

/// What an object names that stays in the cluster: it is not deleted in any later pass, whatever that pass reads.
@Suite(.timeLimit(.minutes(5)))
struct KeptUserTests {
    /// How a Deployment comes to belong to this project no longer.
    enum Stay: CaseIterable {
        case lostItsLabel, handedOver, madeAnewByOthers

        func reach(in project: ProjectUnderTest) async throws {
            switch self {
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
    func `what others need that left git with it is kept in every pass, until a person deletes it`(stay: Stay)
        async throws
    {
        try await ProjectUnderTest.run { project in
            try await project.sync([Self.web(), configMap("old"), configMap("new")])
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
            try await project.sync([Self.web(), configMap("old"), configMap("new")])
            try await Stay.lostItsLabel.reach(in: project)
            try await project.sync([configMap("new")])
            try await project.kubectl(["delete", "deployment", "web"])
            try await project.sync([configMap("old"), configMap("new")])
            let steps = try await project.sync([configMap("new")]).plan.prune.steps
            #expect(steps.map(\.id.name) == ["old"])
        }
    }

    /// The Deployment asks to be kept, and no other object of its kind is ever declared.
    private static let kept = web(annotations: #"{"sternpost.dev/prune":"disabled"}"#)

    /// What git declares in the passes after the first sync, by name.
    private static let departures: [(String, [[String]])] = [
        ("together", [["new"], ["new"], ["new"]]),
        ("the Deployment first", [["old", "new"], ["old", "new"], ["new"], ["new"]]),
        ("and declared again in between", [["new"], ["old", "new"], ["new"], ["new"]]),
    ]

    @Test(arguments: departures)
    func `what an object names that asks to be kept stays for as long as that is there`(
        name: String,
        passes: [[String]]
    ) async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([Self.kept, configMap("old"), configMap("new")])
            for names in passes {
                let plan = try await project.sync(names.map { configMap($0) }).plan
                #expect(plan.prune.steps.isEmpty && plan.prune.released.isEmpty, "\(names)")
                let reason = kept(plan)["web"]
                #expect(reason?.hasSuffix(", and names ConfigMap \(project.namespace)/old") == true, "\(kept(plan))")
                let isDeclared = names.contains("old")
                let words = "Deployment.apps \(project.namespace)/web stays, and names it"
                #expect(kept(plan)["old"] == (isDeclared ? nil : words))
                #expect(plan.prune.base == 2, "what asks to stay raises no limit")
            }
            // As git says, once nothing needs it.
            try await project.kubectl(["delete", "deployment", "web"])
            let last = try await project.sync([configMap("new")]).plan.prune
            #expect(last.steps.map(\.id.name) == ["old"] && last.released.map(\.id.name) == ["web"])
            #expect(try await project.storedInventory().members.keys.map(\.name) == ["new"])
        }
    }

    @Test func `objects that ask to be kept and name only each other leave the inventory together`() async throws {
        try await ProjectUnderTest.run { project in
            let old = """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"old",
                 "annotations":{"sternpost.dev/prune":"disabled"}}}
                """
            try await project.sync([Self.kept, old, configMap("new")])
            let first = try await project.sync([configMap("new")]).plan.prune
            #expect(first.released.map(\.id.name).sorted() == ["old", "web"] && first.kept.isEmpty)
            let second = try await project.sync([configMap("new")]).plan.prune
            #expect(second.released.isEmpty && second.kept.isEmpty)
        }
    }

    /// Whoever takes rights away in git has taken them away.
    @Test func `a binding goes when it leaves git, also one of an account that a kept workload uses`() async throws {
        try await ProjectUnderTest.run { project in
            let account = #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"old"}}"#
            let binding = """
                {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"rights"},
                 "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},
                 "subjects":[{"kind":"ServiceAccount","name":"old","namespace":"\(project.namespace)"}]}
                """
            let web = Self.kept.replacing(#"{"containers""#, with: #"{"serviceAccountName":"old","containers""#)
            try await project.sync([web, account, binding, configMap("old"), configMap("new")])
            let plan = try await project.sync([configMap("new")]).plan
            #expect(plan.prune.steps.map(\.id.name) == ["rights"])
            #expect(kept(plan).keys.sorted() == ["old", "web"])
            #expect(plan.prune.kept.count == 3)
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
