// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import Testing

@testable import SyncPlan

/// What is deleted only after something else is gone.
struct PruneOrderTests {
    /// Kinds of custom resources that stand before and behind a Deployment in the alphabet.
    private static let kinds = ["Certificate", "Widget"]

    private static let catalog: APICatalog = {
        var catalog = PlanFixture.catalog
        for kind in kinds {
            let gvk = GroupVersionKind(group: "acme.dev", version: "v1", kind: kind)
            let plural = "\(kind.lowercased())s"
            catalog.add(APIResource(gvk: gvk, plural: plural, isNamespaced: true, verbs: ["list", "get", "delete"]))
        }
        return catalog
    }()

    private static let deployment =
        #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"controller","namespace":"shop"}}"#

    /// A custom resource, its controller and what that needs have left git.
    private func plan(
        _ kind: String = "Widget",
        policy: PlanPolicy = PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100)),
        widget edit: (inout JSON) -> Void = { _ in }
    ) throws -> Plan {
        let text = #"{"apiVersion":"acme.dev/v1","kind":"\#(kind)","metadata":{"name":"w","namespace":"shop"}}"#
        let widget = try PlanFixture.live(text, uid: "uid-w", edit: edit)
        let controller = try PlanFixture.live(Self.deployment, uid: "uid-c")
        let account = try PlanFixture.live(PlanFixture.configMap("operator"), uid: "uid-o")
        return PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: [widget, controller, account],
            members: [(widget, widget.uid), (controller, controller.uid), (account, account.uid)],
            catalog: Self.catalog,
            policy: policy
        )
    }

    @Test(arguments: kinds)
    func `what comes after a custom resource stays while that waits for its finalizers`(kind: String) throws {
        let plan = try plan(kind) { json in
            json[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z"
            json[["metadata", "finalizers"]] = ["acme.dev/clean"]
        }
        #expect(plan.prune.steps.isEmpty)
        let words =
            "\(kind).acme.dev shop/w is being deleted and waits for finalizers, and what removes them may need it"
        for name in ["controller", "operator"] {
            #expect(plan.prune.kept.first { $0.id.name == name }?.reason == words)
        }
    }

    @Test func `what is only being deleted holds up nothing`() throws {
        let ending = try plan { $0[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z" }
        #expect(ending.prune.steps.map(\.id.name) == ["controller", "operator"])
        let there = try plan { $0[["metadata", "finalizers"]] = ["acme.dev/clean"] }
        #expect(there.prune.steps.map(\.id.name) == ["w", "controller", "operator"])
    }

    @Test(arguments: kinds)
    func `custom resources go before their controllers, and while their webhooks are there`(kind: String) throws {
        #expect(try plan(kind).prune.steps.map(\.id.name) == ["w", "controller", "operator"])
    }

    @Test(arguments: kinds)
    func `a custom resource that is not tried again yet keeps its controller`(kind: String) throws {
        let widget = try #require(try plan(kind).prune.steps.first)
        var policy = PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
        policy.withheldPrunes = [widget.id: WithheldPrune(widget, because: "denied")]
        let plan = try plan(kind, policy: policy)
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.withheld.map(\.reason) == ["denied"])
        let words = "\(kind).acme.dev shop/w was not deleted, and what serves it may need it"
        #expect(plan.prune.waiting.map(\.reason) == [words, words])
    }

    @Test func `what pods may use stays beside a workload that is not through, or that is not deleted`() throws {
        let id = ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        var policy = PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
        policy.unreadyUsers = [id: "1 of 2 replicas are updated"]
        let beside = try plan(policy: policy)
        #expect(beside.prune.steps.map(\.id.name) == ["w", "controller"])
        let words =
            "Deployment.apps shop/web is not through with its last change (1 of 2 replicas are updated), and"
            + " its pods may still use it"
        #expect(beside.prune.waiting.map(\.reason) == [words])
        policy.unreadyUsers = [:]
        let controller = try #require(try plan().prune.steps.first { $0.id.name == "controller" })
        policy.withheldPrunes = [controller.id: WithheldPrune(controller, because: "denied")]
        let stuck = try plan(policy: policy)
        #expect(stuck.prune.steps.map(\.id.name) == ["w"])
        #expect(stuck.prune.waiting.last?.reason.contains("controller is not through") == true)
    }

    @Test func `what a workload names that is left alone stays, and only that`() throws {
        let text = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop",
            "annotations":{"sternpost.dev/reconcile":"disabled"}},"spec":{"template":{"spec":{
            "containers":[{"name":"web","envFrom":[{"configMapRef":{"name":"old"}}]}]}}}}
            """
        let web = try PlanFixture.live(text, uid: "uid-web")
        let old = try PlanFixture.live(PlanFixture.configMap("old"), uid: "uid-old")
        let other = try PlanFixture.live(PlanFixture.configMap("other"), uid: "uid-other")
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(text, PlanFixture.configMap("new")),
            live: [web, old, other],
            members: [(web, web.uid), (old, old.uid), (other, other.uid)],
            policy: PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
        )
        #expect(plan.prune.steps.map(\.id.name) == ["other"])
        let reason = plan.prune.kept.first { $0.id.name == "old" }?.reason
        #expect(reason == "Deployment.apps shop/web is left alone as it asks, and names it")
    }

    /// How a Deployment that has left git stays, and what is told of the ConfigMap that it names.
    private static let stays: [(String, String, String)] = [
        (#""annotations":{"sternpost.dev/reconcile":"disabled"}"#, "stays, and names it", "volumes"),
        (#""annotations":{"sternpost.dev/prune":"disabled"}"#, "stays, and names it", "projected"),
        (
            #""deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["foregroundDeletion"]"#,
            "is still being deleted, and names it", "optional"
        ),
    ]

    @Test(arguments: stays)
    func `what a workload names that has left git and stays is not deleted`(
        metadata: String,
        words: String,
        form: String
    ) throws {
        let volume =
            switch form {
            case "volumes": #"{"name":"v","configMap":{"name":"old"}}"#
            case "projected": #"{"name":"v","projected":{"sources":[{"configMap":{"name":"old"}}]}}"#
            default: #"{"name":"v","configMap":{"name":"old","optional":true}}"#
            }
        let web = try PlanFixture.live(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop",\(metadata)},
            "spec":{"template":{"spec":{"volumes":[\(volume)]}}}}
            """,
            uid: "uid-web"
        )
        let old = try PlanFixture.live(PlanFixture.configMap("old"), uid: "uid-old")
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("new"))
        let policy = PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
        func prune(_ members: [KubeObject]) -> PrunePlan {
            PlanFixture.plan(rendered, live: [web, old], members: members.map { ($0, $0.uid) }, policy: policy).prune
        }
        // Also one that was released when it named nothing.
        for plan in metadata.contains("annotations") ? [prune([web, old]), prune([old])] : [prune([web, old])] {
            #expect(plan.steps.isEmpty)
            // What a later pass may not see is remembered at what it needs.
            let isReadAgain = plan.kept.contains { $0.id.name == "web" }
            #expect((plan.doubts[old.id] == .needed) == !isReadAgain)
            let reason = plan.kept.first { $0.id.name == "old" }?.reason
            #expect(reason == "Deployment.apps shop/web \(words)")
        }
    }

    /// Objects that stay and name another one without which they would not work: kind and name, and the object.
    private static let names: [(String, String)] = [
        (
            "Secret shop/n",
            #"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","spec":{"tls":[{"secretName":"n"}]}"#
        ),
        (
            "Service shop/n",
            #"""
            {"apiVersion":"networking.k8s.io/v1","kind":"Ingress",
            "spec":{"rules":[{"http":{"paths":[{"backend":{"service":{"name":"n"}}}]}}]}
            """#
        ),
        (
            "Service shop/n",
            #"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","spec":{"defaultBackend":{"service":{"name":"n"}}}"#
        ),
        (
            "Service shop/n",
            #"{"apiVersion":"extensions/v1beta1","kind":"Ingress","spec":{"backend":{"serviceName":"n"}}"#
        ),
        (
            "Service shop/n",
            #"""
            {"apiVersion":"networking.k8s.io/v1beta1","kind":"Ingress",
            "spec":{"rules":[{"http":{"paths":[{"backend":{"serviceName":"n"}}]}}]}
            """#
        ),
        ("Service shop/n", #"{"apiVersion":"apps/v1","kind":"StatefulSet","spec":{"serviceName":"n"}"#),
        ("Secret shop/n", #"{"apiVersion":"v1","kind":"ServiceAccount","imagePullSecrets":[{"name":"n"}]"#),
        ("Secret shop/n", #"{"apiVersion":"v1","kind":"ServiceAccount","secrets":[{"name":"n"}]"#),
        (
            "ServiceAccount shop/n",
            #"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
            "subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"n","namespace":"shop"}]
            """#
        ),
        (
            "Service shop/n",
            #"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration",
            "webhooks":[{"clientConfig":{"url":"https://a"}},{"clientConfig":{"service":{"name":"n","namespace":"shop"}}}]
            """#
        ),
        (
            "Service shop/n",
            #"""
            {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService",
            "spec":{"service":{"name":"n","namespace":"shop"}}
            """#
        ),
        (
            "Service shop/n",
            #"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "spec":{"conversion":{"webhook":{"clientConfig":{"service":{"name":"n","namespace":"shop"}}}}}
            """#
        ),
        (
            "Secret shop/n",
            #"""
            {"apiVersion":"v1","kind":"Pod","spec":{"volumes":[{"azureFile":{"secretName":"n"}}]}
            """#
        ),
        (
            "Secret shop/n",
            #"{"apiVersion":"v1","kind":"Pod","spec":{"volumes":[{"cephfs":{"secretRef":{"name":"n"}}}]}"#
        ),
        (
            "StorageClass.storage.k8s.io n",
            #"""
            {"apiVersion":"v1","kind":"Pod",
            "spec":{"volumes":[{"ephemeral":{"volumeClaimTemplate":{"spec":{"storageClassName":"n"}}}}]}
            """#
        ),
        ("PriorityClass.scheduling.k8s.io n", #"{"apiVersion":"v1","kind":"Pod","spec":{"priorityClassName":"n"}"#),
        ("RuntimeClass.node.k8s.io n", #"{"apiVersion":"v1","kind":"Pod","spec":{"runtimeClassName":"n"}"#),
        (
            "IngressClass.networking.k8s.io n",
            #"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","spec":{"ingressClassName":"n"}"#
        ),
        (
            "StorageClass.storage.k8s.io n",
            #"{"apiVersion":"v1","kind":"PersistentVolumeClaim","spec":{"storageClassName":"n"}"#
        ),
        ("PersistentVolume n", #"{"apiVersion":"v1","kind":"PersistentVolumeClaim","spec":{"volumeName":"n"}"#),
        (
            "Secret vault/n",
            #"""
            {"apiVersion":"v1","kind":"PersistentVolume",
            "spec":{"csi":{"nodeStageSecretRef":{"name":"n","namespace":"vault"}}}
            """#
        ),
        (
            "Secret vault/n",
            #"""
            {"apiVersion":"v1","kind":"PersistentVolume",
            "spec":{"azureFile":{"secretName":"n","secretNamespace":"vault"}}
            """#
        ),
        (
            "Deployment.apps shop/n",
            #"""
            {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler",
            "spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"n"}}
            """#
        ),
        (
            "ValidatingAdmissionPolicy.admissionregistration.k8s.io n",
            #"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding",
            "spec":{"policyName":"n"}
            """#
        ),
    ]

    @Test(arguments: names)
    func `what an object names besides what its pods need is known`(named: String, text: String) throws {
        var json = try JSONParser.parse(text + "}")
        json["metadata"] = ["name": "user", "namespace": "shop"]
        #expect(References.named(by: try KubeObject(json)).map(\.description) == [named])
        // Nor does a shape that the API server would refuse mean another object.
        for key in ["spec", "webhooks", "subjects", "secrets", "imagePullSecrets"] where json[key] != nil {
            json[key] = ["x"]
            #expect(References.named(by: try KubeObject(json)).isEmpty)
        }
    }

    @Test func `what names an object is deleted before it, also of the same stage`() throws {
        let texts = [
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"shop"}}"#,
            #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"a","namespace":"shop"}}"#,
            #"{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"v"}}"#,
            #"{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"c","namespace":"shop"}}"#,
            #"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"r","namespace":"shop"}}
            """#,
            Self.deployment,
        ]
        let live = try texts.enumerated().map { try PlanFixture.live($1, uid: "uid-\($0)") }
        var catalog = PlanFixture.catalog
        for (apiVersion, kind) in [
            ("v1", "ServiceAccount"), ("v1", "PersistentVolume"), ("v1", "PersistentVolumeClaim"),
            ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ] {
            catalog.add(
                APIResource(
                    gvk: GroupVersionKind(apiVersion: apiVersion, kind: kind),
                    plural: "\(kind.lowercased())s",
                    isNamespaced: kind != "PersistentVolume",
                    verbs: ["list", "get", "delete"]
                )
            )
        }
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: live,
            members: live.map { ($0, $0.uid) },
            catalog: catalog
        )
        #expect(plan.prune.steps.map(\.id.name) == ["controller", "r", "a", "c", "v", "s"])
    }

    @Test(arguments: ["disabled", "misspelt"])
    func `a custom resource that is being deleted keeps its controller whatever it asks for itself`(wish: String) throws
    {
        let plan = try plan { json in
            json[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z"
            json[["metadata", "finalizers"]] = ["acme.dev/clean"]
            json[["metadata", "annotations"]] = ["sternpost.dev/prune": .string(wish)]
        }
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.released.isEmpty, "it stays a member, so that the next pass keeps its controller, too")
    }

    @Test func `a StatefulSet that takes its claims along waits for a person, another one does not`() throws {
        for (policy, isHeld) in [("Delete", true), ("Retain", false)] {
            let live = try PlanFixture.live(
                """
                {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db","namespace":"shop"},
                "spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"\(policy)","whenScaled":"Retain"}}}
                """,
                uid: "uid-db"
            )
            var catalog = PlanFixture.catalog
            let gvk = GroupVersionKind(group: "apps", version: "v1", kind: "StatefulSet")
            catalog.add(
                APIResource(gvk: gvk, plural: "statefulsets", isNamespaced: true, verbs: ["list", "get", "delete"])
            )
            let plan = PlanFixture.plan(
                try PlanFixture.rendered(PlanFixture.configMap("new")),
                live: [live],
                members: [(live, live.uid)],
                catalog: catalog,
                policy: PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
            )
            #expect((plan.prune.approvalHash != nil) == isHeld, "\(policy): \(plan.prune.verdict)")
        }
    }
}
