// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KubeClient
import KubeObjects
import PlainText
import SyncApply
import SyncImages
import SyncLook
import SyncLoop
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// `sternpost status`: how the projects are now.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows each project as it is now: revision, last sync, health of its objects.",
        usage: "sternpost status <options>",
        discussion: "Exit status: 0 all healthy and in step; 1 not; 2 error."
    )

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var data: DataOptions

    @Option(
        name: [.customShort("n"), .customLong("namespace")],
        help: ArgumentHelp("The namespace of the inventories.", valueName: "name")
    )
    var namespace = "sternpost"

    @Option(name: .shortAndLong, help: "table, json or yaml.")
    var output: OutputFormat = .table

    func validate() throws { try NamespaceOption.check(namespace, "--namespace") }

    func run() async throws {
        let history = try await data.history(.inspect)
        let client = try cluster.client()
        let images: [String: ImageBoard.Page]
        do { images = try ImageBoard.read(folder: data.folder) ?? [:] } catch {
            throw CommandFailure(error.description)
        }
        var rows: [ProjectStatus] = []
        do {
            let catalog = try await client.discover()
            for project in try await history.projects() {
                rows.append(
                    try await ProjectStatus.read(
                        project: project,
                        namespace: namespace,
                        history: history,
                        client: client,
                        catalog: catalog,
                        images: images[project]?.rows.filter(\.isOdd) ?? []
                    )
                )
            }
        } catch {
            throw CommandFailure("error: \(ClusterAdvice.line(about: error))")
        }
        if output == .table {
            write(rows)
        } else {
            output.write(.array(rows.map(\.json)))
        }
        if !rows.allSatisfy(\.isWell) { throw ExitCode(1) }
    }

    private func write(_ rows: [ProjectStatus]) {
        guard !rows.isEmpty else {
            StandardOutput.line(data.nothingYet)
            return
        }
        var table = TextTable("PROJECT", "REVISION", "LAST SYNC", "OBJECTS", "HEALTH", "STATE", "LEADER")
        for row in rows {
            table.add(
                .init(row.project),
                .init(row.commit?.shortRevision ?? ""),
                .init(row.lastOutcome?.rawValue ?? "–", row.lastOutcome.map(HistoryTable.color)),
                .init(row.observed == 0 ? "–" : String(row.observed)),
                .init(row.health, row.isHealthy.map { $0 ? Terminal.Color.green : .red }),
                .init(row.state),
                .init(row.leader ?? "–")
            )
        }
        StandardOutput.painted(table.text(for: .output))
        for row in rows {
            for object in row.unhealthy {
                let message = ProcessOutput.redactor.line(object.message)
                StandardOutput.line("\(row.project): \(object.id): \(object.status.rawValue): \(message)")
            }
            for image in row.images {
                StandardOutput.line(
                    "\(row.project): \(image.workload): image \(image.image): \(image.state.rawValue): \(image.detail)"
                )
            }
        }
    }
}

/// What `status` shows of one project.
struct ProjectStatus: Sendable {
    let project: String
    /// What was applied last; nil before the first commit that could be read.
    let commit: CommitInfo?
    let lastOutcome: RunOutcome?
    let observed: Int
    let unhealthy: [ObjectHealth]
    /// `in step`, `suspended by …`, `waits for approval (hash)`.
    let state: String
    let isInStep: Bool
    /// The identity of the holder of the project's lease; nil when there is none.
    let leader: String?
    /// The images that do not run what their tag points to, as the operator saw them last.
    let images: [ImageRow]

    var isWell: Bool { unhealthy.isEmpty && isInStep }

    /// Whether its objects are healthy; nil when there is none to look at: nothing is not healthy.
    var isHealthy: Bool? {
        if !unhealthy.isEmpty { return false }
        return observed == 0 ? nil : true
    }

    /// The same in a word.
    var health: String {
        switch isHealthy {
        case true?: "healthy"
        case false?: "\(unhealthy.count) not"
        case nil: "–"
        }
    }

    private var healthJSON: JSON { isHealthy == nil ? .null : .bool(isWell) }

    /// The value of `status -o json`.
    var json: JSON {
        [
            "project": .string(project), "revision": .string(commit?.revision ?? ""),
            "lastOutcome": lastOutcome.map { .string($0.rawValue) } ?? .null, "objects": .int(Int64(observed)),
            "state": .string(state), "leader": leader.map { .string($0) } ?? .null,
            "healthy": healthJSON,
            "images": .array(
                images.map {
                    [
                        "object": .string($0.workload.description), "container": .string($0.container),
                        "image": .string($0.image), "state": .string($0.state.rawValue),
                        "message": .string($0.detail.text),
                    ]
                }
            ),
            "unhealthy": .array(
                unhealthy.map {
                    [
                        "object": .string($0.id.description), "status": .string($0.status.rawValue),
                        "message": .string(ProcessOutput.redactor.line($0.message).text),
                    ]
                }
            ),
        ]
    }

    /// Reads the history's and the cluster's side.
    static func read(
        project: String,
        namespace: String,
        history: History,
        client: KubeClient,
        catalog: APICatalog,
        images: [ImageRow]
    ) async throws -> ProjectStatus {
        let last = try await history.lastPass(of: project)
        let applySet = ApplySet(project: project, namespace: namespace)
        let store = InventoryStore(client: client, applySet: applySet, project: project)
        let inventory = try await store.load(catalog: catalog)
        let known = try await history.state(of: project)
        let orders = try await store.orders()
        let state = known.obeying(orders, held: orders.held?.hash ?? known.hold?.hash)
        let health = await HealthObserver(client: client, applySet: applySet).wait(
            // Whether a Job removes itself stands in its manifest, which is not read here: a Job that is gone may be done.
            for: inventory.members.keys.sorted().map { id in
                AwaitedObject(id: id, origin: nil, removesItself: id.group == "batch" && id.kind == "Job")
            },
            catalog: catalog,
            deadline: .zero
        )
        let marks = try await history.marks(of: project)
        // What a pass has pruned stays a member until it is seen to be gone; its absence is no trouble.
        var unhealthy = health.unhealthy.filter { object in
            marks[object.id] != nil || ![.notFound, .terminating].contains(object.status)
        }
        let missing = try await missingObjects(inventory, marks: marks, client: client, catalog: catalog)
        unhealthy += missing.filter { object in !unhealthy.contains { $0.id == object.id } }
        if let last, !unhealthy.isEmpty, let detail = try await history.detail(last.id) {
            unhealthy = explained(unhealthy, by: detail.objects)
        }
        let (text, isInStep) = words(
            state,
            orders: orders,
            last: last,
            inventory: inventory,
            missingIn: await store.hasInventory ? nil : namespace
        )
        return ProjectStatus(
            project: project,
            commit: state.applied ?? last?.commit,
            lastOutcome: last?.outcome,
            observed: inventory.members.values.filter { $0.uid != nil }.count,
            unhealthy: unhealthy,
            state: text,
            isInStep: isInStep,
            leader: try await LeaseStore(client: client, project: project, namespace: namespace).holder(),
            images: images
        )
    }

    /// The same, with what a sync does about what was deleted, where the last one has said it.
    static func explained(_ unhealthy: [ObjectHealth], by objects: [RecordedObject]) -> [ObjectHealth] {
        let remark = PlanPolicy.DriftMode.reportRemark
        let reported = Set(
            objects.filter { $0.action == .skipped && $0.error?.hasSuffix(remark) == true }.map(\.id)
        )
        return unhealthy.map { object in
            guard object.status == .notFound, reported.contains(object.id) else { return object }
            return ObjectHealth(
                id: object.id,
                status: object.status,
                message: "\(object.message); \(remark): a sync leaves it",
                origin: object.origin
            )
        }
    }

    /// Members that do not exist: kinds that are healthy by existing are only listed, never read one by one.
    private static func missingObjects(
        _ inventory: Inventory,
        marks: [ObjectID: Inventory.AppliedMark],
        client: KubeClient,
        catalog: APICatalog
    ) async throws -> [ObjectHealth] {
        let live = try await LiveReader(client: client, applySet: inventory.applySet).read(
            ReadScope(inventory: inventory, catalog: catalog)
        )
        return missingObjects(inventory, marks: marks, live: live)
    }

    /// The same, of what was read.
    static func missingObjects(
        _ inventory: Inventory,
        marks: [ObjectID: Inventory.AppliedMark],
        live: LiveSet
    ) -> [ObjectHealth] {
        inventory.members.keys.sorted().compactMap { id in
            // One that removes itself when it is done is no loss.
            guard live.objects[id] == nil, marks[id] != nil, inventory.members[id]?.content == nil else { return nil }
            if case .unavailable(let reason) = live.catalog.lookup(id.groupKind) {
                let message = "its API group did not answer: \(reason)"
                return ObjectHealth(id: id, status: .unknown, message: message, origin: nil)
            }
            if let reason = live.unreadable[id.groupKind] {
                return ObjectHealth(id: id, status: .unknown, message: reason, origin: nil)
            }
            return ObjectHealth(id: id, status: .notFound, message: ObjectHealth.wasDeleted, origin: nil)
        }
    }

    /// The project's state in words, and whether all is as the last sync left it; with the namespace that was looked into,
    /// when that has no inventory of the project.
    private static func words(
        _ state: ProjectState,
        orders: StandingOrders,
        last: SyncRun?,
        inventory: Inventory,
        missingIn namespace: String?
    ) -> (text: String, isInStep: Bool) {
        if let suspension = state.suspension { return (suspension.text, false) }
        if inventory.isRebuilt { return ("its inventory \(inventory.applySet.parent) is missing", false) }
        if state.applied != nil, let namespace {
            return ("no inventory of it in namespace \(namespace); name the one that has it with -n", false)
        }
        if let hold = state.hold, !orders.isOver {
            let count = hold.count.counted("deletion")
            if let approval = state.approval, approval.hash == hold.hash {
                return ("\(count) approved by \(approval.person), made once nothing else keeps them", false)
            }
            return ("\(hold.count.counted("deletion waits", "deletions wait")) for approval (\(hold.shortHash))", false)
        }
        let unconfirmed = inventory.members.values.filter { $0.uid == nil }.count
        // After a whole sync they were refused, or wait, and its outcome says so.
        if unconfirmed > 0, last?.outcome != .degraded {
            return ("\(unconfirmed.counted("object")) of an unfinished sync; sync again", false)
        }
        if last?.outcome == .succeeded { return ("in step", true) }
        return (last.map { "last sync \($0.outcome.rawValue)" } ?? "never synced", false)
    }
}

extension StandingOrders {
    /// Whether the last prune that waited has been dealt with, from whichever data folder.
    fileprivate var isOver: Bool { held == nil && approval == .ended }
}
