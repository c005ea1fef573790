// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing
import YAMLText

/// Definitions that an installer's own custom resource owns, as Crossplane's Provider does: they go along with that, with all
/// objects of their kinds.
@Suite(.timeLimit(.minutes(5)))
struct OwnedDefinitionTests {
    /// What controls the object that goes along.
    enum Controller: CaseIterable {
        /// A custom resource of git. By its name its kind would come after the installer's.
        case customResource
        /// What is deleted after every custom resource.
        case configMap
    }

    @Test(arguments: Controller.allCases)
    func `an approved prune of an installer and of what controls objects of its kinds runs in one pass`(
        _ controller: Controller
    ) async throws {
        try await withScene { scene in
            let provider = "\(scene.namespace)-provider"
            let reconciler = try await scene.reconciler()
            try scene.commit(Self.files(scene, provider: provider))
            #expect(await reconciler.pass(.manual).outcome == .succeeded)
            try await install(scene, provider: provider, controller)
            try scene.commit(["provider-object.yaml": nil, "app-object.yaml": nil, "c0.yaml": nil])
            let hold = try #require(await reconciler.pass(.manual).hold)
            // What goes before the installer takes its followers along by itself.
            let takesAlong = hold.reasons.contains { $0.contains("follower") }
            #expect(takesAlong == (controller == .configMap), "\(hold.reasons)")
            scene.embedded?.faults.forgetRequests()
            _ = try await scene.history.approve(project: scene.project.name, hash: hold.hash, person: "ada")
            let outcome = await reconciler.pass(.approval)
            #expect(outcome.names(.pruned) == ["a", "c0", provider], "\(outcome.objects.compactMap(\.error))")
            if let log = scene.embedded?.faults.requests.filter({ $0.method == "DELETE" }) {
                let app = log.firstIndex { $0.path.hasSuffix("/apps/a") }
                let last = log.firstIndex { $0.path.hasSuffix(provider) }
                #expect(try #require(app) < #require(last), "the installer serves what is deleted first")
            }
        }
    }

    private static func files(_ scene: Scene, provider: String) -> [String: String?] {
        let files = [
            "app.yaml": definition("App", scope: "Namespaced", in: scene),
            "provider.yaml": definition("Provider", scope: "Cluster", in: scene),
            "app-object.yaml":
                "apiVersion: \(scene.group)/v1\nkind: App\nmetadata: {name: a, namespace: \(scene.namespace)}\n",
            "provider-object.yaml": "apiVersion: \(scene.group)/v1\nkind: Provider\nmetadata: {name: \(provider)}\n",
        ]
        return scene.baseFiles(configMaps: 2).merging(files) { $1 }
    }

    private static func definition(_ kind: String, scope: String, in scene: Scene) -> String {
        let plural = "\(kind.lowercased())s"
        return """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: \(plural).\(scene.group)}
            spec:
              group: \(scene.group)
              scope: \(scope)
              names: {kind: \(kind), plural: \(plural), singular: \(kind.lowercased()), listKind: \(kind)List}
              versions:
              - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}

            """
    }

    /// What the installer and the controllers make: a definition that the installer owns, and an object of its kind.
    private func install(_ scene: Scene, provider: String, _ controller: Controller) async throws {
        let installer = CoreResources.resource("\(scene.group)/v1", "Provider", "providers", isNamespaced: false)
        var definition = try scene.widgetDefinitionObject()
        let owner = try #require(try await scene.client.get(installer, namespace: "", name: provider))
        definition.json[["metadata", "ownerReferences"]] = [Self.reference(to: owner, of: installer)]
        _ = try await scene.client.create(definition, in: scene.definitions, fieldManager: "installer")
        try await eventually("the kind is served", within: .seconds(60)) {
            if case .served = try await scene.client.discover().lookup(scene.widgets.gvk.groupKind) {
                true
            } else {
                false
            }
        }
        let (resource, name) =
            controller == .configMap
            ? (CoreResources.configMaps, "c0") : (CoreResources.resource("\(scene.group)/v1", "App", "apps"), "a")
        let above = try #require(try await scene.live(resource, name))
        var widget = try KubeObject(YAMLText.single(scene.widget("follower")))
        widget.json[["metadata", "ownerReferences"]] = [Self.reference(to: above, of: resource)]
        _ = try await scene.client.create(widget, in: scene.widgets, fieldManager: "controller")
    }

    private static func reference(to owner: KubeObject, of resource: APIResource) -> JSON {
        [
            "apiVersion": .string(resource.gvk.apiVersion), "kind": .string(resource.gvk.kind),
            "name": .string(owner.name), "uid": .string(owner.uid ?? ""), "controller": true,
        ]
    }
}
