// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import SyncSource

/// All inputs of one size: the same size gives the same bytes, on every machine.
struct BenchmarkInputs {
    /// How many objects there are, exactly: a Namespace and four for each application.
    let objects: Int
    /// The commit: one file for each application.
    let snapshot: SourceSnapshot
    /// The live objects as one list, as an API server would answer.
    let listText: [UInt8]
    /// `listText` parsed.
    let list: JSON
    let rendered: RenderedSet
    /// A later commit: nothing but the Namespace.
    let bareRendered: RenderedSet
    /// The cluster as the last pass left it.
    let live: LiveSet
    /// The same, with Deployments that ask to be kept.
    let keptLive: LiveSet
    /// The same as `live`, with objects that a hundred others own, each of which owns the next one.
    let ownedLive: LiveSet
    /// The cluster before the first pass.
    let emptyLive: LiveSet
    /// What an operator knows after a restart: its members, but not what it last saw of them.
    let inventory: Inventory
    /// What a running operator knows: also what it last saw.
    let markedInventory: Inventory
    /// As many Secrets as there are objects, a thousand at the most, each with an environment file of thirty lines.
    let secrets: [KubeObject]
    /// What the last of them holds.
    let lastPassword: String
    /// Knows all of them.
    let redactor = Redactor()

    /// Makes inputs of about `objects` objects.
    init(objects wanted: Int) throws {
        let apps = (0..<GeneratedApp.count(objects: wanted)).map(GeneratedApp.init(index:))
        let applySet = ApplySet(project: "bench", namespace: "sternpost")
        snapshot = Self.snapshot(of: apps)
        rendered = try Renderer.render(snapshot)
        bareRendered = try Renderer.render(Self.snapshot(of: []))
        objects = rendered.objects.count
        let texts = [Self.namespaceObject(applySet.id)] + apps.flatMap { $0.live(applySet: applySet.id) }
        listText = Array(#"{"apiVersion":"v1","kind":"List","items":[\#(texts.joined(separator: ","))]}"#.utf8)
        list = try JSONParser.parse(listText)
        let found = try (list["items"]?.array ?? []).map(KubeObject.init)
        let byID = Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
        live = LiveSet(catalog: Self.catalog, objects: byID.mapValues { .whole($0) }, unreadable: [:])
        keptLive = LiveSet(
            catalog: Self.catalog,
            objects: byID.mapValues { object in
                guard object.id.kind == "Deployment" else { return .whole(object) }
                var kept = object
                kept.json[["metadata", "annotations", "sternpost.dev/prune"]] = "disabled"
                return .whole(kept)
            },
            unreadable: [:]
        )
        ownedLive = try Self.owned(byID)
        emptyLive = LiveSet(catalog: Self.catalog, objects: [:], unreadable: [:])
        inventory = Inventory(applySet: applySet, members: byID.mapValues { .init(uid: $0.uid) })
        markedInventory = Self.marked(inventory, by: Workload.plan(rendered, live, inventory))
        let count = min(objects, Self.maxSecrets)
        secrets = try (0..<count).map(Self.secret)
        lastPassword = Self.password(count - 1)
        for secret in secrets { redactor.register(secretObject: secret) }
    }

    /// Of more than a few thousand of this kind not all texts are known, see docs/limits.md.
    private static let maxSecrets = 1_000

    private static func password(_ number: Int) -> String { "Vk3Rt8-\(number)-EnvPass" }

    private static func secret(_ number: Int) throws -> KubeObject {
        let settings = (0..<28).map { "SETTING_\($0)=\(number)-\($0)" }
        let file = settings + ["DB_PASSWORD=\(password(number))", "URL=postgres://app:Zq7Xw-\(number)-UrlPass@db/app"]
        return try KubeObject([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s\(number)", "namespace": "bench"],
            "stringData": [".env": .string(file.joined(separator: "\n"))],
        ])
    }

    private static func owned(_ objects: [ObjectID: KubeObject]) throws -> LiveSet {
        let owners = (0..<100).map { number in
            OwnerLink.Owner(
                id: ObjectID(group: "", kind: "ConfigMap", namespace: GeneratedApp.namespace, name: "owner-\(number)"),
                uid: "owner-\(number)"
            )
        }
        var owned = objects
        for (index, id) in objects.keys.sorted().enumerated() where !id.namespace.isEmpty {
            let owner = owners[index % owners.count]
            owned[id]?.json[["metadata", "ownerReferences"]] = [
                ["apiVersion": "v1", "kind": "ConfigMap", "name": .string(owner.id.name), "uid": .string(owner.uid)]
            ]
        }
        var live = LiveSet(catalog: catalog, objects: owned.mapValues { .whole($0) }, unreadable: [:])
        for (owner, next) in zip(owners, owners.dropFirst()) {
            live.ancestors[owner] = .exists(owners: [OwnerLink(owned: owner.id, owner: next)])
        }
        for last in owners.suffix(1) { live.ancestors[last] = .exists(owners: []) }
        return live
    }

    private static func marked(_ inventory: Inventory, by plan: Plan) -> Inventory {
        var marked = inventory
        for settled in plan.unchanged {
            marked.marks[settled.id] = Inventory.AppliedMark(
                uid: settled.uid,
                resourceVersion: settled.resourceVersion,
                contentHash: settled.contentHash,
                state: settled.state
            )
        }
        return marked
    }

    private static func snapshot(of apps: [GeneratedApp]) -> SourceSnapshot {
        let namespace = Array(GeneratedApp.namespaceManifest.utf8)
        let files = [SourceFile(path: "infra/00-namespace.yaml", bytes: namespace)]
        return SourceSnapshot(
            commit: CommitInfo(
                id: String(repeating: "a", count: 40),
                ref: "main",
                authorName: "Ada",
                authorEmail: "ada@example.com",
                authoredAt: 0,
                subject: "generated"
            ),
            path: "infra",
            treeID: String(repeating: "b", count: 40),
            files: files + apps.map { SourceFile(path: "infra/\($0.name).yaml", bytes: Array($0.manifest.utf8)) }
        )
    }

    private static func namespaceObject(_ applySet: String) -> String {
        #"""
        {"apiVersion":"v1","kind":"Namespace","metadata":{"creationTimestamp":"2026-11-23T16:38:40Z","labels":{\#
        "applyset.kubernetes.io/part-of":"\#(applySet)","kubernetes.io/metadata.name":"bench"},"managedFields":[{\#
        "apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{\#
        "f:applyset.kubernetes.io/part-of":{}}}},"manager":"sternpost","operation":"Apply",\#
        "time":"2026-11-23T16:38:40Z"}],"name":"bench","resourceVersion":"1000",\#
        "uid":"00000000-0000-4000-8000-000000000000"},"spec":{"finalizers":["kubernetes"]},\#
        "status":{"phase":"Active"}}
        """#
    }

    private static let catalog: APICatalog = {
        var catalog = APICatalog()
        let kinds: [(String, String, String)] = [
            ("v1", "Namespace", "namespaces"), ("v1", "ServiceAccount", "serviceaccounts"),
            ("v1", "Service", "services"), ("apps/v1", "Deployment", "deployments"),
            ("networking.k8s.io/v1", "Ingress", "ingresses"),
        ]
        for (apiVersion, kind, plural) in kinds {
            catalog.add(
                APIResource(
                    gvk: GroupVersionKind(apiVersion: apiVersion, kind: kind),
                    plural: plural,
                    isNamespaced: kind != "Namespace",
                    verbs: ["list", "patch", "delete"]
                )
            )
        }
        return catalog
    }()
}
