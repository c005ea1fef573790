// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// Nothing is deleted while something that git declares is undone: the old state may still need it.
struct PruneCulpritTests {
    private func verdict(_ manifests: [String], live: [KubeObject], policy: PlanPolicy = PlanPolicy()) throws
        -> PrunePlan.Verdict
    {
        let old = try PlanFixture.live(PlanFixture.configMap("old"), uid: "uid-old")
        let rendered = RenderedSet(
            commit: PlanFixture.commit,
            treeID: "t",
            objects: try manifests.enumerated().map { index, text in
                RenderedObject(
                    object: try PlanFixture.object(text),
                    origin: Origin(file: "infra/all.yaml", line: index + 1)
                )
            },
            notices: []
        )
        let marks = Dictionary(
            live.map { ($0.id, Inventory.AppliedMark(uid: $0.uid ?? "", resourceVersion: "1", contentHash: "")) }
        ) { first, _ in first }
        return PlanFixture.plan(
            rendered,
            live: live + [old],
            members: [(old, "uid-old")] + live.map { ($0, $0.uid) },
            policy: policy,
            marks: marks
        ).prune.verdict
    }

    @Test(arguments: [
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"web","namespace":"shop","annotations":{"sternpost.dev/wave":"x"}}}"#,
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"web","namespace":"shop","annotations":{"sternpost.dev/prune":"no"}}}"#,
    ])
    func `a manifest that is refused although its object is there keeps everything`(_ manifest: String) throws {
        let web = try PlanFixture.live(PlanFixture.configMap("web"), uid: "uid-web")
        guard case .blocked(let reasons) = try verdict([manifest], live: [web]) else {
            Issue.record("the prune was not blocked")
            return
        }
        #expect(reasons.count == 1)
        #expect(reasons[0].hasPrefix("infra/all.yaml:1: ConfigMap shop/web could not be applied"), "\(reasons)")
    }

    @Test func `an object that another tool owns keeps everything, and the first of many is named`() throws {
        let owned = try ["a", "b"].map { name in
            try PlanFixture.live(PlanFixture.configMap(name), uid: "uid-\(name)") {
                $0[["metadata", "labels", "kustomize.toolkit.fluxcd.io/name"]] = "apps"
            }
        }
        let manifests = [PlanFixture.configMap("a"), PlanFixture.configMap("b")]
        guard case .blocked(let reasons) = try verdict(manifests, live: owned) else {
            Issue.record("the prune was not blocked")
            return
        }
        #expect(reasons[0].contains("ConfigMap shop/a could not be applied (and 1 more)"), "\(reasons)")
    }

    @Test func `an object that asks to be left alone keeps nothing else`() throws {
        let manifest = """
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"web","namespace":"shop",
            "annotations":{"sternpost.dev/reconcile":"disabled"}}}
            """
        let web = try PlanFixture.live(PlanFixture.configMap("web"), uid: "uid-web")
        #expect(try verdict([manifest], live: [web]) == .allowed)
    }

    @Test func `drift that is only reported keeps everything`() throws {
        let web = try PlanFixture.live(PlanFixture.configMap("web", #""a":"2""#), uid: "uid-web")
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("web"))
        let old = try PlanFixture.live(PlanFixture.configMap("old"), uid: "uid-old")
        let first = PlanFixture.plan(rendered, live: [web, old], members: [(old, "uid-old"), (web, "uid-web")])
        let hash = try #require(first.waves.first?.steps.first?.contentHash)
        let plan = PlanFixture.plan(
            rendered,
            live: [web, old],
            members: [(old, "uid-old"), (web, "uid-web")],
            policy: PlanPolicy(drift: .report),
            marks: [web.id: .init(uid: "uid-web", resourceVersion: "1", contentHash: hash)]
        )
        #expect(plan.reportedDrift.count == 1)
        guard case .blocked(let reasons) = plan.prune.verdict else {
            Issue.record("the prune was not blocked: \(plan.prune.verdict)")
            return
        }
        #expect(reasons[0].contains("ConfigMap shop/web is not as git declares it"), "\(reasons)")
    }

    @Test(arguments: [
        ("sternpost.dev/prune", "false"), ("sternpost.dev/Prune", "disabled"), ("sternpost.dev/reconcile", "off"),
        ("sternpost.dev/keep", "true"), ("kustomize.toolkit.fluxcd.io/prune", "false"),
        ("helm.sh/resource-policy", "keeep"), ("cli-utils.sigs.k8s.io/on-remove", "retain"),
        ("argocd.argoproj.io/sync-options", "prune=False"), ("argocd.argoproj.io/sync-options", "Delete"),
        ("Sternpost.dev/prune", "disabled"), ("sternpost.DEV/prune", "disabled"), ("Helm.sh/resource-policy", "keep"),
        ("helm.sh/Resource-Policy", "keep"), ("helm.sh/resourcePolicy", "keep"),
        ("argocd.argoproj.io/Sync-Options", "Prune=false"), ("argocd.argoproj.io/sync-option", "Delete=confirm"),
        ("kustomize.toolkit.fluxcd.io/Prune", "disabled"), ("sternpost-dev/prune", "disabled"),
        ("helm.sh/resource-polcy", "keep"), ("helm.sh/resorce-policies", "keep"), ("helm.sh/resource-policy", "kep"),
        ("hlem.sh/resource-policy", "keep"), ("Helm.sh/Resource_Policy", "keep"),
        ("kustomize.toolkit.fluxcd.io/prun", "disabled"), ("kustomize.toolkit.fluxcd.io/purne", "disabled"),
        ("kustomise.toolkit.fluxcd.io/prune", "disabled"), ("kustomize.toolkit.fluxcd.io/reconsile", "disabled"),
        ("argocd.argoproj.io/sync-optoins", "Prune=false"), ("argocd.argoproj.io/skip-reconcil", "true"),
        ("client.lifecycle.config.k8s.io/deletions", "detach"), ("cli-utils.sigs.k8s.io/on-removal", "keep"),
        ("sternpost.dev/prnue", "disabled"), ("sternpst.dev/prune", "disabled"),
    ])
    func `a wish on the live object that nobody understands keeps it`(_ key: String, _ value: String) throws {
        let old = try PlanFixture.live(PlanFixture.configMap("old")) {
            $0[["metadata", "annotations", key]] = .string(value)
        }
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: [old],
            members: [(old, "uid-1")]
        )
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.released.isEmpty)
        #expect(plan.prune.kept.first?.reason.contains("may ask to be kept") == true, "\(plan.prune.kept)")
    }

    @Test(
        arguments: [
            (
                "kustomize.toolkit.fluxcd.io/prune", "disabled",
                "asks to be kept (kustomize.toolkit.fluxcd.io/prune: disabled)"
            ),
            ("kustomize.toolkit.fluxcd.io/reconcile", "disabled", "asks to be left alone"),
            (
                "sternpost.dev/prune", "disabled",
                "the label sternpost.dev/prune asks for nothing; write it as an annotation"
            ),
            ("helm.sh/resource-policy", "keep", "perhaps the annotation helm.sh/resource-policy is meant"),
            ("kustomize.toolkit.fluxcd.io/prune", "enabled", nil), ("app.kubernetes.io/name", "prune", nil),
        ] as [(String, String, String?)]
    )
    func `a wish that stands on the live object as a label keeps it, as for Flux`(
        _ key: String,
        _ value: String,
        _ reason: String?
    ) throws {
        let old = try PlanFixture.live(PlanFixture.configMap("old")) {
            $0[["metadata", "labels", key]] = .string(value)
        }
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: [old],
            members: [(old, "uid-1")]
        )
        guard let reason else {
            #expect(plan.prune.steps.map(\.id) == [old.id])
            return
        }
        #expect(plan.prune.steps.isEmpty)
        let told = (plan.prune.released + plan.prune.kept).map(\.reason)
        #expect(told.count == 1 && told[0].contains(reason), "\(told)")
    }

    @Test(arguments: [
        ("sternpost.dev/prune", "enabled"), ("sternpost.dev/rollout", "{}"), ("sternpost.dev/wave", "3"),
        ("kustomize.toolkit.fluxcd.io/prune", "Enabled"),
        ("argocd.argoproj.io/sync-options", "Prune=true,Validate=false"),
        ("argocd.argoproj.io/Sync-Options", "Validate=true"), ("Kustomize.toolkit.fluxcd.io/prune", "enabled"),
        ("kustomize.toolkit.fluxcd.io/prun", "enabled"), ("argocd.argoproj.io/sync-optoins", "Validate=false"),
    ])
    func `an annotation that is understood and asks for nothing keeps nothing`(_ key: String, _ value: String) throws {
        let old = try PlanFixture.live(PlanFixture.configMap("old")) {
            $0[["metadata", "annotations", key]] = .string(value)
        }
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: [old],
            members: [(old, "uid-1")]
        )
        #expect(plan.prune.steps.count == 1, "\(plan.prune.kept)")
    }

    @Test(arguments: [
        "kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace",
        "kustomize.toolkit.fluxcd.io/checksum", "kustomize.toolkit.fluxcd.io/force", "kustomize.toolkit.fluxcd.io/ssa",
        "kustomize.toolkit.fluxcd.io/substitute", "helm.sh/chart", "helm.sh/hook", "helm.sh/hook-weight",
        "helm.sh/hook-delete-policy", "meta.helm.sh/release-name", "meta.helm.sh/release-namespace",
        "argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance", "argocd.argoproj.io/compare-options",
        "argocd.argoproj.io/hook", "argocd.argoproj.io/refresh", "config.k8s.io/owning-inventory",
        "configmanagement.gke.io/token", "prune", "example.com/prune",
    ])
    func `what other tools write beside their wishes is no wish`(key: String) throws {
        var object = try PlanFixture.object(PlanFixture.configMap("old"))
        object.json[["metadata", "annotations", key]] = "disabled"
        object.json[["metadata", "labels", key]] = "disabled"
        #expect(SyncAnnotation.objection(of: object) == nil)
    }

    @Test func `nor are the waves of Argo CD`() throws {
        var object = try PlanFixture.object(PlanFixture.configMap("old"))
        object.json[["metadata", "annotations", "argocd.argoproj.io/sync-wave"]] = "5"
        #expect(SyncAnnotation.objection(of: object) == nil)
    }
}
