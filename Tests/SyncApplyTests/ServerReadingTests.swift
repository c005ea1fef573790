// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// What the server fills in is applied once and remembered, and is not reported as a mutation.
@Suite(.timeLimit(.minutes(5)))
struct ServerReadingTests {
    /// Manifests that the server reads in its own way: empty maps that it fills in, lists whose items get defaults, null,
    /// wrapped base64.
    private static let manifests = [
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","creationTimestamp":null},
         "spec":{"replicas":0,"strategy":{},"selector":{"matchLabels":{"app":"web"}},
         "template":{"metadata":{"creationTimestamp":null,"labels":{"app":"web"}},
         "spec":{"volumes":[{"name":"tmp","emptyDir":{}}],"containers":[{"name":"web","image":"i:1","resources":{},
         "env":[{"name":"NODE","valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName"}}}]}]}}}}
        """,
        """
        {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"np"},
         "spec":{"podSelector":{},"ingress":[{"ports":[{"port":80},{"port":"http"}]}]}}
        """,
        """
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"rb"},
         "roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":"u@example.com"}]}
        """,
        #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"nl"},"data":{"a":"aGVs\nbG8=\n"}}"#,
        #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"unset"},"data":{"token":null}}"#,
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"nulls","annotations":null},"data":{"k":"v"}}"#,
    ]

    /// Where they are, as kubectl and the API name it.
    private static let paths = [
        "deployments/web", "networkpolicies/np", "rolebindings/rb", "secrets/nl", "secrets/unset", "configmaps/nulls",
    ]

    /// What the operator remembers from one pass to the next.
    func marks(
        _ pass: (plan: Plan, report: ApplyReport),
        _ before: [ObjectID: Inventory.AppliedMark] = [:]
    ) -> [ObjectID: Inventory.AppliedMark] {
        var marks = before
        for object in pass.plan.unchanged { marks[object.id] = object.mark }
        for step in pass.plan.waves.flatMap(\.steps) {
            let outcome = pass.report.outcomes.first { $0.id == step.id }
            marks[step.id] = outcome.flatMap { $0.mark(contentHash: step.contentHash) }
        }
        return marks
    }

    /// Checks that a first pass creates each object with one write and reports nothing of what the server has filled
    /// in, and that the next one writes nothing.
    func expectOneWriteEach(_ manifests: [String], at paths: [String], in project: ProjectUnderTest) async throws {
        project.cluster.embedded?.faults.forgetRequests()
        let first = try await project.sync(manifests)
        #expect(first.report.outcomes.count == paths.count, "\(first.plan.refused.map(\.message))")
        for outcome in first.report.outcomes {
            #expect(outcome.action == .created, "\(outcome.id): \(outcome.error ?? "")")
            #expect(outcome.warnings.filter { $0.contains("applies") || $0.contains("admission") } == [])
        }
        if let cluster = project.cluster.embedded {
            for path in paths {
                let patches = cluster.faults.requests.filter { $0.method == "PATCH" && $0.path.hasSuffix("/\(path)") }
                #expect(patches.count == 1, "\(path)")
            }
        }
        // Others write, so that every version moves on.
        for path in paths { try await project.kubectl(["annotate", path, "revision.example.com=2"]) }
        let second = try await project.sync(manifests, marks: marks(first))
        let again = second.plan.waves.flatMap(\.steps)
        #expect(again.isEmpty, "\(again.map { "\($0.id) \($0.changes)" })")
    }

    @Test func `what the server fills in is applied once, told to nobody, and needs no second write`() async throws {
        try await ProjectUnderTest.run { project in
            try await expectOneWriteEach(Self.manifests, at: Self.paths, in: project)
        }
    }

    @Test func `drift in what the server filled in, and behind it, is found and healed`() async throws {
        try await ProjectUnderTest.run { project in
            let first = try await project.sync(Self.manifests)
            let patches = [
                ("networkpolicy/np", #"[{"op":"add","path":"/spec/ingress/0/ports/-","value":{"port":22}}]"#),
                ("rolebinding/rb", #"[{"op":"add","path":"/subjects/-","value":{"kind":"User","name":"mallory"}}]"#),
                ("secret/nl", #"[{"op":"replace","path":"/data/a","value":"aGFja2Vk"}]"#),
                ("secret/unset", #"[{"op":"replace","path":"/data/token","value":"aGFja2Vk"}]"#),
                (
                    "deployment/web",
                    """
                    [{"op":"remove","path":"/spec/template/spec/volumes/0/emptyDir"},
                     {"op":"add","path":"/spec/template/spec/volumes/0/hostPath","value":{"path":"/etc"}}]
                    """
                ),
            ]
            for (name, patch) in patches {
                try await project.kubectl(["patch", name, "--type=json", "-p", patch])
            }
            let second = try await project.sync(Self.manifests, marks: marks(first))
            #expect(Set(second.plan.waves.flatMap(\.steps).map(\.id.name)) == ["np", "rb", "nl", "unset", "web"])
            #expect(second.plan.waves.flatMap(\.steps).allSatisfy { $0.cause == .drift })
            let policy = try await project.live("NetworkPolicy", "np", group: "networking.k8s.io")
            #expect(policy?.spec?["ingress"]?.array?.first?["ports"]?.array?.count == 2)
            let volume = try await project.live("Deployment", "web", group: "apps")?
                .json[["spec", "template", "spec", "volumes"]]?.array?.first
            #expect(volume?["hostPath"] == nil && volume?["emptyDir"] == [:])
            #expect(try await project.live("Secret", "nl")?.json["data"] == ["a": "aGVsbG8="])
            #expect(try await project.live("Secret", "unset")?.json["data"] == ["token": ""])
            let third = try await project.sync(Self.manifests, marks: marks(second, marks(first)))
            #expect(third.plan.waves.isEmpty)
        }
    }

    @Test(arguments: ["dtaa", "spec"], ["{}", "[]", "null"])
    func `an empty field that the kind does not know is refused, on a new object and on one that is there`(
        field: String,
        value: String
    ) async throws {
        try await ProjectUnderTest.run { project in
            let bad = configMap("a", #"{"k":"v"},"\#(field)":\#(value)"#)
            let created = try await project.sync([bad]).report.outcome("a")
            #expect(created?.action == .failed, "\(String(describing: created?.action))")
            #expect(created?.error?.contains(".\(field)") == true, "\(created?.error ?? "")")
            try await project.sync([configMap("a")])
            let changed = try await project.sync([bad]).report.outcome("a")
            #expect(changed?.action == .failed, "\(String(describing: changed?.action))")
            #expect(changed?.error?.contains(".\(field)") == true, "\(changed?.error ?? "")")
        }
    }

    @Test func `what somebody else creates between our look and our write is not taken over`() async throws {
        try await ProjectUnderTest.run { project in
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a"), configMap("b")], store: store)
            let foreign = """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"app.kubernetes.io/managed-by":"Helm"},
                 "annotations":{"meta.helm.sh/release-name":"shop"}},"data":{"k":"theirs"}}
                """
            try await project.createByHand(foreign)
            try await project.createByHand(configMap("b", #"{"k":"a person's"}"#))
            let report = await project.applier(store: store).apply(plan, inventory: inventory)
            #expect(report.outcome("a")?.action == .failed && report.outcome("b")?.action == .failed)
            let error = report.outcome("a")?.error ?? ""
            #expect(error.contains("Helm release shop"), "\(error)")
            for (name, value) in [("a", "theirs"), ("b", "a person's")] {
                let live = try #require(try await project.live("ConfigMap", name))
                #expect(live.json["data"] == ["k": .string(value)] && live.label(ApplySet.partOfLabel) == nil)
            }
            // A person's object is taken in by the next pass, which sees it for what it is.
            #expect(try await project.sync([configMap("b")]).report.outcome("b")?.action == .configured)
        }
    }

    @Test func `another incarnation than the one that was looked at is not changed`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a")])
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a", #"{"k":"new"}"#)], store: store)
            try await project.kubectl(["delete", "configmap", "a"])
            let foreign = """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"app.kubernetes.io/managed-by":"Helm"},
                 "annotations":{"meta.helm.sh/release-name":"shop"}},"data":{"k":"theirs"}}
                """
            try await project.createByHand(foreign)
            let report = await project.applier(store: store).apply(plan, inventory: inventory)
            #expect(report.outcome("a")?.action == .failed, "\(String(describing: report.outcome("a")?.action))")
            #expect(try await project.live("ConfigMap", "a")?.json["data"] == ["k": "theirs"])
        }
    }

    @Test func `an object that was deleted between our look and our write is created again`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a")])
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a", #"{"k":"new"}"#)], store: store)
            try await project.kubectl(["delete", "configmap", "a"])
            let report = await project.applier(store: store).apply(plan, inventory: inventory)
            #expect(report.outcome("a")?.action == .created, "\(report.outcome("a")?.error ?? "")")
        }
    }

    private func deployment(_ strategy: String) -> String {
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},
         "spec":{"replicas":0\(strategy),"selector":{"matchLabels":{"app":"web"}},
         "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"i:1"}]}}}}
        """
    }

    @Test(arguments: [#","strategy":{"type":"Recreate"}"#, #","strategy":{"type":"Recreate","rollingUpdate":null}"#])
    func `a default that the new strategy forbids is cleared, told, and comes back with the old one`(
        strategy: String
    ) async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([deployment("")])
            let uid = try await project.live("Deployment", "web", group: "apps")?.uid
            let second = try await project.sync([deployment(strategy)])
            let outcome = try #require(second.report.outcome("web"))
            #expect(outcome.action == .configured, "\(outcome.error ?? "")")
            #expect(outcome.warnings.contains { $0.contains(".spec.strategy.rollingUpdate was cleared") })
            let live = try #require(try await project.live("Deployment", "web", group: "apps"))
            #expect(live.spec?["strategy"] == ["type": "Recreate"] && live.uid == uid)
            #expect(project.journal.rows.allSatisfy { $0.result == .done })
            #expect(try await project.sync([deployment(strategy)], marks: marks(second)).plan.isEmpty)
            #expect(try await project.sync([deployment("")]).report.outcome("web")?.action == .configured)
            let back = try await project.live("Deployment", "web", group: "apps")?.spec?["strategy"]
            #expect(back?["type"] == "RollingUpdate" && back?["rollingUpdate"] != nil)
        }
    }

    @Test func `what somebody owns is not cleared for a manifest that forbids it`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([deployment("")])
            let patch = #"{"spec":{"strategy":{"rollingUpdate":{"maxSurge":3}}}}"#
            try await project.kubectl(["patch", "deployment", "web", "--type=merge", "-p", patch])
            let outcome = try await project.sync([deployment(#","strategy":{"type":"Recreate"}"#)]).report.outcome(
                "web"
            )
            #expect(outcome?.action == .failed)
            #expect(outcome?.error?.contains("rollingUpdate") == true, "\(outcome?.error ?? "")")
            let live = try await project.live("Deployment", "web", group: "apps")?.spec?["strategy"]
            #expect(live?["rollingUpdate"]?["maxSurge"] == 3)
        }
    }

    @Test func `kubectl scale is drift by kubectl, through scale`() async throws {
        try await ProjectUnderTest.run { project in
            let first = try await project.sync([deployment("")])
            try await project.kubectl(["scale", "deployment", "web", "--replicas=3"])
            let second = try await project.sync([deployment("")], marks: marks(first))
            let step = try #require(second.plan.waves.flatMap(\.steps).first)
            #expect(step.cause == .drift && step.differences.first?.owner?.name == "kubectl (scale)")
            let reason = try #require(project.journal.rows.last { $0.intent.verb == .apply }?.intent.reason)
            // A kube-apiserver gives the entry of a subresource no time.
            #expect(reason.contains("drift, .spec.replicas (taken from kubectl (scale)"), "\(reason)")
            #expect(!reason.contains("by Ada"), "\(reason)")
            #expect(try await project.live("Deployment", "web", group: "apps")?.spec?["replicas"] == 0)
        }
    }
}
