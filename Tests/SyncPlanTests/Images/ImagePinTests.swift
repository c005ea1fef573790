// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// The annotation of a workload with pinned containers, as far as plans read it.
enum PinNote {
    /// `pins` is by container, `image` what git said of each when it was pinned.
    static func text(_ pins: [String: String], image: String = "nginx:latest") -> String {
        var containers = JSONObject()
        for (name, digest) in pins { containers[name] = ["image": .string(image), "pin": .string(digest)] }
        let note: JSON = ["containers": .object(containers)]
        return note.text
    }
}

/// Images that an undone rollout has pinned, when a pass over the manifests comes by.
struct ImagePinTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)
    private static let pinned = "nginx:latest@\(digest)"

    /// A workload with these containers as `name=image`; `*` marks init containers.
    private static func manifest(
        _ containers: [String] = ["web=nginx:latest"],
        kind: String = "Deployment"
    ) throws -> JSON {
        var json: JSON = [
            "apiVersion": kind == "CronJob" ? "batch/v1" : "apps/v1", "kind": .string(kind),
            "metadata": ["name": "web", "namespace": "shop"],
        ]
        var lists: [String: [JSON]] = [:]
        for text in containers {
            let parts = text.drop { $0 == "*" }.split(separator: "=", maxSplits: 1).map(String.init)
            lists[text.hasPrefix("*") ? "initContainers" : "containers", default: []].append([
                "name": .string(parts[0]), "image": .string(parts[1]),
            ])
        }
        for (key, list) in lists {
            json[(kind == "CronJob" ? ["spec", "jobTemplate"] : []) + ["spec", "template", "spec", key]] = .array(list)
        }
        return json
    }

    private static func live(_ json: JSON, _ note: String) throws -> KubeObject {
        var json = json
        json[["metadata", "annotations", WireName.rollout]] = .string(note)
        return try KubeObject(json)
    }

    private func images(_ object: KubeObject) -> [String] {
        let template = PodTemplate.path(of: object.gvk.groupKind) ?? []
        return PodTemplate.containerLists.flatMap { list in
            (object.json[template + ["spec", list]]?.array ?? []).map { $0["image"]?.string ?? "" }
        }
    }

    @Test(arguments: ["Deployment", "StatefulSet", "DaemonSet", "CronJob"])
    func `pins hold for containers and init containers of every kind`(kind: String) throws {
        let manifest = try Self.manifest(["*init=nginx:latest", "web=nginx:latest", "db=mysql:8"], kind: kind)
        let pins = ImagePins(of: try Self.live(manifest, PinNote.text(["init": Self.digest, "web": Self.digest])))
        #expect(!pins.isEmpty)
        #expect(images(pins.applied(to: try KubeObject(manifest))) == [Self.pinned, Self.pinned, "mysql:8"])
    }

    /// What the state says is pinned, and what git says.
    @Test(arguments: [
        ("nginx:latest", "nginx:1.27"), ("nginx:latest", "nginx"), ("nginx", "nginx:latest"),
        ("nginx:latest", "docker.io/library/nginx:latest"), ("evil.example.com/nginx:latest", "nginx:latest"),
        ("nginx:latest", pinned), (pinned, pinned), ("nginx:latest", "nginx:latest "), ("", "nginx:latest"),
    ])
    func `a pin holds for git's very text, and adds nothing but a digest to it`(pinned: String, git: String) throws {
        let manifest = try KubeObject(try Self.manifest(["web=\(git)"]))
        let live = try Self.live(try Self.manifest(), PinNote.text(["web": Self.digest], image: pinned))
        #expect(ImagePins(of: live).applied(to: manifest) == manifest)
    }

    @Test(arguments: ["Pod", "Job", "ReplicaSet", "Widget"])
    func `other kinds have no pins`(kind: String) throws {
        var manifest = try Self.manifest()
        manifest["kind"] = .string(kind)
        #expect(ImagePins(of: try Self.live(manifest, PinNote.text(["web": Self.digest]))).isEmpty)
    }

    @Test(arguments: ["{}", "7", #"{"containers":7}"#, #"{"containers":[7,{"name":7},{"name":"web"},{}]}"#])
    func `a manifest of any shape passes`(spec: String) throws {
        var manifest = try Self.manifest()
        manifest[["spec", "template", "spec"]] = try JSONParser.parse(spec)
        let object = try KubeObject(manifest)
        let pins = ImagePins(of: try Self.live(try Self.manifest(), PinNote.text(["web": Self.digest])))
        #expect(pins.applied(to: object) == object)
    }
}

/// Plans about workloads with a pin.
struct PinnedPlanTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)
    private static let owned = #"""
        "f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:name":{},
         "f:image":{}}}}}}
        """#

    private func manifest(image: String = "nginx:latest", replicas: Int = 1) -> String {
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},
         "spec":{"replicas":\(replicas),"template":{"spec":{"containers":[{"name":"web","image":"\(image)"}]}}}}
        """
    }

    /// The live workload, pinned; `owner` is who owns the image.
    private func live(pinnedFrom image: String = "nginx:latest", owner: String = "sternpost") throws -> KubeObject {
        let note = PinNote.text(["web": Self.digest], image: image)
        return try PlanFixture.live(manifest(image: "\(image)@\(Self.digest)"), owned: Self.owned) { json in
            json[["metadata", "annotations", WireName.rollout]] = .string(note)
            json[["metadata", "annotations", "note"]] = "of somebody else"
            json[["spec", "template", "metadata", "annotations", WireName.restartedAt]] = "2027-01-15T08:00:00Z"
            json[["spec", "template", "metadata", "annotations", WireName.digestPrefix + "web"]] = .string(Self.digest)
            json[["metadata", "managedFields"]] = .array(
                (json[["metadata", "managedFields"]]?.array ?? []).map { entry in
                    var entry = entry
                    entry["apiVersion"] = "apps/v1"
                    return entry
                }
            )
        }
    }

    private func steps(_ text: String, _ live: KubeObject) throws -> [Step] {
        let plan = PlanFixture.plan(try PlanFixture.rendered(text), live: [live], members: [(live, "uid-1")])
        #expect(plan.refused.isEmpty)
        return plan.waves.flatMap(\.steps)
    }

    @Test func `a pinned workload whose manifest has not changed is as it should be`() throws {
        #expect(try steps(manifest(), try live()).isEmpty)
    }

    @Test func `another commit to a pinned workload keeps the pin`() throws {
        let step = try #require(try steps(manifest(replicas: 3), try live()).first)
        #expect(step.changes.map(\.path) == [".spec.replicas"])
        #expect(
            step.object.json[["spec", "template", "spec", "containers"]]
                == [["name": "web", "image": .string("nginx:latest@\(Self.digest)")]]
        )
    }

    @Test(arguments: ["nginx:1.27", "nginx", "other:latest"])
    func `a commit that changes the image ends the pin`(image: String) throws {
        let step = try #require(try steps(manifest(image: image), try live()).first)
        #expect(
            step.object.json[["spec", "template", "spec", "containers"]] == [["name": "web", "image": .string(image)]]
        )
        #expect(step.changes.contains { $0.path.contains("image") && $0.after?.contains(image) == true })
    }

    @Test func `a pin of another repository is drift, and git's image comes back`() throws {
        let step = try #require(try steps(manifest(), try live(pinnedFrom: "evil.example.com/nginx:latest")).first)
        #expect(
            step.object.json[["spec", "template", "spec", "containers"]] == [["name": "web", "image": "nginx:latest"]]
        )
    }

    @Test func `a pinned workload is kept whole, so that the plan sees its pin`() throws {
        let live = try live()
        let triage = Triage(
            rendered: try PlanFixture.rendered(manifest()),
            catalog: PlanFixture.catalog,
            inventory: Inventory(applySet: PlanFixture.applySet),
            defaultNamespace: ""
        )
        #expect(triage.kept(live) == .whole(live))
    }

    @Test func `a mark of the manifest without its pin does not hide a pin that was taken off`() throws {
        let pinned = try live()
        let plan = PlanFixture.plan(try PlanFixture.rendered(manifest()), live: [pinned], members: [(pinned, "uid-1")])
        let mark = try #require(plan.unchanged.first)
        var json = pinned.json
        json[["spec", "template", "spec", "containers"]] = [["name": "web", "image": "nginx:latest"]]
        json[["metadata", "resourceVersion"]] = "8"
        let taken = try KubeObject(json)
        let again = PlanFixture.plan(
            try PlanFixture.rendered(manifest()),
            live: [taken],
            members: [(taken, "uid-1")],
            marks: [taken.id: .init(uid: mark.uid, resourceVersion: "7", contentHash: mark.contentHash)]
        )
        let step = try #require(again.waves.flatMap(\.steps).first)
        #expect(step.cause == .drift && step.changes.first?.path.contains("image") == true)
    }
}
