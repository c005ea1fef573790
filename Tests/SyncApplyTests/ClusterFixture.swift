// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncObserve
import SyncPlan
import SyncRender
import SyncSource
import Synchronization
import TestKit
import Testing

/// Keeps intents and results in memory, in order.
final class MemoryJournal: MutationJournal {
    struct Row: Sendable {
        let intent: MutationIntent
        var result: MutationResult?
    }

    private let stored = Mutex<[Row]>([])
    private let recorded = Mutex<[ObjectOutcome]>([])
    /// How many more intents are taken before the journal fails; nil for no limit.
    private let room = Mutex<Int?>(nil)

    var rows: [Row] { stored.withLock { $0 } }

    func fail(afterIntents count: Int) { room.withLock { $0 = count } }

    func intend(_ intents: [MutationIntent]) async throws -> [Int64] {
        try room.withLock { left in
            guard let now = left else { return }
            guard now >= intents.count else { throw JournalIsFull() }
            left = now - intents.count
        }
        return stored.withLock { rows in
            intents.map { intent in
                rows.append(Row(intent: intent, result: nil))
                return Int64(rows.count)
            }
        }
    }

    func conclude(_ results: [(intent: Int64, result: MutationResult)]) async throws {
        stored.withLock { rows in
            for (intent, result) in results { rows[Int(intent) - 1].result = result }
        }
    }

    func conclude(
        _ results: [(intent: Int64, result: MutationResult)],
        objects: [ObjectOutcome]
    ) async throws {
        try await conclude(results)
        recorded.withLock { $0 += objects }
    }

    /// The outcomes that were written down with their differences.
    var objects: [ObjectOutcome] { recorded.withLock { $0 } }
}

struct JournalIsFull: Error {}

/// One project in a namespace of its own, on the cluster under test; everything is deleted afterwards.
struct ProjectUnderTest: Sendable {
    let cluster: ClusterUnderTest
    let namespace: String
    let journal = MemoryJournal()

    var client: KubeClient { cluster.client }
    var applySet: ApplySet { ApplySet(project: "test", namespace: namespace) }

    /// Runs `body` with a fresh project.
    static func run(_ body: (ProjectUnderTest) async throws -> Void) async throws {
        try await ClusterUnderTest.run { cluster in
            try await cluster.withNamespace("apply") { name in
                do { try await body(ProjectUnderTest(cluster: cluster, namespace: name)) } catch { Issue.record(error) }
            }
        }
    }

    /// What a commit with these manifests renders to.
    func rendered(_ manifests: [String]) throws -> RenderedSet {
        let commit = CommitInfo(
            id: String(repeating: "a", count: 40),
            ref: "main",
            authorName: "Ada",
            authorEmail: "ada@example.org",
            authoredAt: 0,
            subject: "a commit"
        )
        let objects = try manifests.enumerated().map { index, text in
            RenderedObject(
                object: try KubeObject(try JSONParser.parse(text)),
                origin: Origin(file: "infra/\(index).yaml", line: 1)
            )
        }
        return RenderedSet(commit: commit, treeID: "t", objects: objects, notices: [])
    }

    /// Reads and plans, without writing anything.
    func plan(
        _ manifests: [String],
        store: InventoryStore,
        prune: PlanPolicy.Prune = .init(maxObjects: 100, maxPercent: 100),
        source: String = "",
        marks: [ObjectID: Inventory.AppliedMark] = [:]
    ) async throws -> (plan: Plan, inventory: Inventory) {
        let catalog = try await client.discover()
        var inventory = try await store.load(catalog: catalog)
        inventory.marks = marks
        let rendered = try rendered(manifests)
        let reader = LiveReader(client: client, applySet: applySet)
        let (scope, triage) = look(for: rendered, inventory: inventory, catalog: catalog)
        var live = try await reader.read(scope, triage: triage)
        let policy = PlanPolicy(targetNamespace: namespace, prune: prune, source: source)
        var plan = Planner.plan(rendered, against: live, inventory: inventory, policy: policy)
        while !plan.prune.questions.isEmpty {
            let witnesses = ContainerContents.witnesses(for: applySet)
            live = await reader.answer(plan.prune.questions, in: live, witnesses: witnesses)
            plan = Planner.plan(rendered, against: live, inventory: inventory, policy: policy)
        }
        return (plan, inventory)
    }

    /// What is read for a plan, and how it is sorted.
    func look(for rendered: RenderedSet, inventory: Inventory, catalog: APICatalog) -> (ReadScope, Triage) {
        let scope = ReadScope(
            rendered: rendered.objects,
            inventory: inventory,
            catalog: catalog,
            defaultNamespace: namespace
        )
        let triage = Triage(
            rendered: rendered,
            catalog: catalog,
            inventory: inventory,
            defaultNamespace: namespace
        )
        return (scope, triage)
    }

    func store() -> InventoryStore { InventoryStore(client: client, applySet: applySet, project: "test") }

    func applier(
        store: InventoryStore,
        deadlines: Applier.Deadlines = .init(),
        guardBeforeWrite: @escaping @Sendable () async throws -> Void = {}
    ) -> Applier {
        Applier(
            client: client,
            store: store,
            journal: journal,
            deadlines: deadlines,
            readiness: Kstatus.readiness(of:),
            health: { [client, applySet] ids in
                let objects = ids.map { AwaitedObject(id: $0, origin: nil) }
                do throws(KubeError) {
                    let catalog = try await client.discover()
                    let report = await HealthObserver(client: client, applySet: applySet)
                        .wait(for: objects, catalog: catalog, deadline: .seconds(30))
                    return Dictionary(report.unhealthy.map { ($0.id, $0.message) }) { first, _ in first }
                } catch {
                    return Dictionary(ids.map { ($0, "\(error)") }) { first, _ in first }
                }
            },
            guardBeforeWrite: guardBeforeWrite
        )
    }

    /// One whole pass, as the loop makes it.
    @discardableResult
    func sync(
        _ manifests: [String],
        prune: PlanPolicy.Prune = .init(maxObjects: 100, maxPercent: 100),
        approved: String? = nil,
        source: String = "",
        marks: [ObjectID: Inventory.AppliedMark] = [:]
    ) async throws -> (plan: Plan, report: ApplyReport) {
        let store = store()
        let (plan, inventory) = try await plan(manifests, store: store, prune: prune, source: source, marks: marks)
        return (plan, await applier(store: store).apply(plan, inventory: inventory, approved: approved))
    }

    /// The stored inventory, read anew.
    func storedInventory() async throws -> Inventory {
        try await store().load(catalog: try await client.discover())
    }

    func resource(_ groupKind: GroupKind) async throws -> APIResource {
        guard case .served(let resource) = try await client.discover().lookup(groupKind) else {
            throw MissingProgram(description: "\(groupKind) is not served")
        }
        return resource
    }

    func live(_ kind: String, _ name: String, group: String = "") async throws -> KubeObject? {
        let resource = try await resource(GroupKind(group: group, kind: kind))
        return try await client.get(resource, namespace: resource.isNamespaced ? namespace : "", name: name)
    }

    func id(_ kind: String, _ name: String, group: String = "") -> ObjectID {
        ObjectID(group: group, kind: kind, namespace: namespace, name: name)
    }

    /// Creates an object as somebody else would, without our label or field manager.
    func createByHand(_ manifest: String) async throws {
        var json = try JSONParser.parse(manifest)
        json[["metadata", "namespace"]] = .string(namespace)
        let object = try KubeObject(json)
        let resource = try await resource(object.gvk.groupKind)
        _ = try await client.create(object, in: resource, fieldManager: "kubectl-create")
    }

    /// kubectl against the cluster under test, in the project's namespace.
    @discardableResult
    func kubectl(_ arguments: [String]) async throws -> String {
        try await cluster.kubectl(["--namespace", namespace] + arguments)
    }
}

/// A ConfigMap manifest.
func configMap(_ name: String, _ data: String = #"{"k":"v"}"#) -> String {
    #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\#(name)"},"data":\#(data)}"#
}

extension ApplyReport {
    /// The actions by kind and name: `ConfigMap a`.
    var actions: [String: ObjectOutcome.Action] {
        Dictionary(outcomes.map { ("\($0.id.kind) \($0.id.name)", $0.action) }) { first, _ in first }
    }

    func outcome(_ name: String) -> ObjectOutcome? { outcomes.first { $0.id.name == name } }
}
