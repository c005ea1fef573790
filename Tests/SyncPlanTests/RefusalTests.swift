// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// Which objects are left alone, and what depends on them.
struct RefusalTests {
    @Test(arguments: [
        (
            #""labels":{"kustomize.toolkit.fluxcd.io/name":"apps","kustomize.toolkit.fluxcd.io/namespace":"flux-system"}"#,
            "Flux Kustomization flux-system/apps"
        ),
        (#""annotations":{"argocd.argoproj.io/tracking-id":"shop:/ConfigMap:shop/c"}"#, "Argo CD application shop"),
        (
            #""labels":{"app.kubernetes.io/managed-by":"Helm"},"annotations":{"meta.helm.sh/release-name":"web"}"#,
            "Helm release web"
        ),
        (#""labels":{"applyset.kubernetes.io/part-of":"applyset-other-v1"}"#, "another ApplySet"),
        (#""ownerReferences":[{"kind":"Widget","name":"w","controller":true}]"#, "its controller Widget w"),
    ])
    func `an object that another tool owns is refused with that tool's name`(_ marks: String, _ owner: String) throws {
        let live = try PlanFixture.object(
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"shop","uid":"u",\#(marks)}}"#
        )
        let plan = PlanFixture.plan(try PlanFixture.rendered(PlanFixture.configMap("c")), live: [live])
        #expect(plan.waves.isEmpty)
        #expect(plan.refused.map(\.reason) == [.ownedByOther])
        #expect(plan.refused[0].message.contains(owner))
    }

    @Test func `an object with another project's label is refused with what deletes it there and what moves it here`()
        throws
    {
        func refusal(_ metadata: String, _ kind: String) throws -> String {
            let live = try PlanFixture.object(
                #"{\#(kind),"metadata":{\#(metadata),"labels":{"\#(ApplySet.partOfLabel)":"applyset-other-v1"}}}"#
            )
            let rendered = try PlanFixture.rendered(#"{\#(kind),"metadata":{\#(metadata)}}"#)
            return PlanFixture.plan(rendered, live: [live]).refused.map(\.message).joined()
        }
        let config = try refusal(#""name":"c","namespace":"shop""#, #""apiVersion":"v1","kind":"ConfigMap""#)
        // It may have been given up there already, so nobody is said to own it.
        #expect(!config.contains("is owned by"), "\(config)")
        #expect(config.contains("deletes it, unless the live object has the annotation sternpost.dev/prune: disabled"))
        #expect(config.hasSuffix(": kubectl label -n shop configmaps/c applyset.kubernetes.io/part-of-"), "\(config)")
        let roles = #""apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role""#
        // Such a name is no option for kubectl, which would take the label off all of them.
        let role = try refusal(#""name":"--all","namespace":"shop""#, roles)
        let words = "kubectl label -n shop roles.rbac.authorization.k8s.io/--all applyset.kubernetes.io/part-of-"
        #expect(role.hasSuffix(words), "\(role)")
        for name in ["read  it", "del\u{7f}", "x'\u{301}; id; '\u{301}y"] {
            let odd = try refusal(#""name":"\#(name)","namespace":"shop""#, roles)
            #expect(odd.hasSuffix("moves it here: taking its label applyset.kubernetes.io/part-of off"), "\(odd)")
        }
        let space = try refusal(#""name":"shop""#, #""apiVersion":"v1","kind":"Namespace""#)
        #expect(space.hasSuffix(": kubectl label namespaces/shop applyset.kubernetes.io/part-of-"), "\(space)")
    }

    @Test func `an object that nobody owns is adopted`() throws {
        let live = try PlanFixture.object(
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"shop","uid":"u"},"data":{"a":"1"}}"#
        )
        let plan = PlanFixture.plan(try PlanFixture.rendered(PlanFixture.configMap("c")), live: [live])
        #expect(plan.waves.first?.steps.first?.cause == .adoption)
    }

    @Test func `an unknown kind is refused with a hint and everything else goes on`() throws {
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(
                #"{"apiVersion":"apps/v1beta1","kind":"Deployment","metadata":{"name":"web"}}"#,
                #"{"apiVersion":"v1","kind":"Deployment","metadata":{"name":"web2"}}"#,
                PlanFixture.configMap("c")
            )
        )
        #expect(plan.refused.map(\.reason) == [.unknownKind, .unknownKind])
        #expect(plan.refused[0].message.contains("it serves apps/v1"))
        #expect(plan.refused[1].message.contains("did you mean apiVersion: apps/v1?"))
        #expect(plan.waves.flatMap(\.steps).map(\.id.name) == ["c"])
    }

    @Test func `a refused object blocks only what cannot do without it`() throws {
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(
                PlanFixture.configMap("settings"),
                PlanFixture.configMap("settings"),
                """
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"template":
                {"spec":{"containers":[{"name":"web","envFrom":[{"configMapRef":{"name":"settings"}}]}]}}}}
                """,
                PlanFixture.configMap("other")
            )
        )
        #expect(plan.refused.map(\.reason) == [.duplicate, .duplicate, .blocked])
        #expect(plan.waves.flatMap(\.steps).map(\.id.name) == ["other"])
    }

    @Test func `objects that name no namespace get the project's`() throws {
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}"#),
            policy: PlanPolicy(targetNamespace: "shop")
        )
        #expect(plan.waves.first?.steps.first?.id.namespace == "shop")
        #expect(plan.waves.first?.steps.first?.object.namespace == "shop")
    }
}
