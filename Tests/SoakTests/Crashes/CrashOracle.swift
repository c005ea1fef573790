// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// Says whether what a killed process left, and what the next one made of it, is right. It looks at the cluster, at the
/// requests that the cluster saw and at the rows of the history; it knows nothing of how the product decides.
struct CrashOracle {
    /// A ConfigMap of the project's namespace.
    struct Live {
        let uid: String
        let value: String
        /// Whether our manager has applied it.
        let isOurs: Bool
    }

    let scene: Scene
    let cluster: EmbeddedCluster
    let tool: SceneTool
    /// What is being tried, for the words of a failure.
    var place = ""
    /// The last run that was looked at.
    private(set) var lastRun: Int64 = 0
    private(set) var uids: [String: String] = [:]
    /// Every write since ``begin()``.
    private var seen: [RecordedRequest] = []

    init(_ scene: Scene, _ cluster: EmbeddedCluster, _ tool: SceneTool) {
        self.scene = scene
        self.cluster = cluster
        self.tool = tool
    }

    /// All ConfigMaps that there are, by name.
    func live() async throws -> [String: Live] {
        let objects = try await scene.client.list(CoreResources.configMaps, namespace: scene.namespace).objects
        return Dictionary(
            uniqueKeysWithValues: objects.map { object in
                let isOurs = object.managedFields.contains { $0.manager == FieldManager.main && $0.operation == .apply }
                let value = object.json["data"]?["value"]?.string ?? ""
                return (object.name, Live(uid: object.uid ?? "", value: value, isOurs: isOurs))
            }
        )
    }

    /// What must hold at any moment, also when a process has just died: everything that we applied is in the inventory,
    /// every write was announced in the history, and nothing vanished that was not to.
    ///
    /// - Returns: What there is now.
    mutating func checkAfterDeath(_ change: CrashProject.Change) async throws -> [String: Live] {
        _ = try await newWrites()
        let live = try await live()
        let parent = scene.project.applySet.parent
        let stored = try await scene.client.get(
            CoreResources.secrets,
            namespace: parent.namespace,
            name: parent.name
        )
        if stored != nil {
            let members = try await scene.inventory().members
            for (name, object) in live where object.isOurs {
                let member = members[configMap(name)]
                #expect(member != nil, "\(place): \(name) is orphaned")
                #expect(member?.uid == nil || member?.uid == object.uid, "\(place): \(name) has another uid")
            }
        } else {
            #expect(live.values.allSatisfy { !$0.isOurs }, "\(place): something was applied without an inventory")
        }
        for (name, uid) in uids where !change.removed.contains(name) && !change.recreated.contains(name) {
            #expect(live[name]?.uid == uid, "\(place): \(name) was deleted, and nobody asked for it")
        }
        try await checkAudit(hasDied: true)
        return live
    }

    /// What must hold when a later pass has put all right.
    mutating func checkAfterRecovery(
        _ project: CrashProject,
        _ change: CrashProject.Change,
        survivors: [String: Live]
    ) async throws {
        let writes = try await newWrites()
        let live = try await live()
        let ours = live.filter(\.value.isOurs).mapValues(\.value)
        #expect(ours == project.wanted, "\(place): \(difference(ours, project.wanted))")
        let members = try await scene.inventory().members
        var expected = Dictionary(uniqueKeysWithValues: ours.keys.map { (configMap($0), live[$0]?.uid) })
        for id in [namespace, canary] { expected[id] = members[id]?.uid ?? "no uid" }
        #expect(members.mapValues(\.uid) == expected, "\(place): the inventory is not exact")
        // What still had its old uid when the process was dead is deleted now, once; what was gone is not deleted again.
        for name in Set(live.keys).union(survivors.keys).union(change.removed) {
            let isDue = change.removed.contains(name) || change.recreated.contains(name)
            let isAlive = survivors[name].map { $0.uid == uids[name] && $0.isOurs } ?? false
            let path = path(of: configMap(name))
            let count = writes.count { $0.method == "DELETE" && $0.path == path }
            #expect(count == (isDue && isAlive ? 1 : 0), "\(place): \(name) was deleted \(count) times")
        }
        for (name, object) in survivors where !change.removed.contains(name) && !change.recreated.contains(name) {
            #expect(live[name]?.uid == object.uid, "\(place): \(name) was made anew")
        }
        try await checkAudit(hasDied: false)
    }

    /// Takes what there is now for right: a round begins.
    mutating func begin() async throws {
        uids = try await live().mapValues(\.uid)
        if FileManager.default.fileExists(atPath: tool.dataFolder) {
            lastRun = try await tool.reading { try await $0.runs(project: scene.project.name, limit: 1).first?.id ?? 0 }
        }
        cluster.faults.forgetRequests()
        seen = []
    }

    /// Each write that the cluster saw has a row that announced it; what is said to be done was seen; once the next process
    /// has looked, no row is without an end. The rows are numbered without a gap and their hashes fit.
    private func checkAudit(hasDied: Bool) async throws {
        let (runs, details, verdict) = try await tool.reading { history in
            let runs = try await history.runs(project: scene.project.name, limit: 200).filter { $0.id > lastRun }
            var details: [RunDetail] = []
            for run in runs { if let detail = try await history.detail(run.id) { details.append(detail) } }
            return (runs, details, try await history.verify())
        }
        if case .intact = verdict {} else { Issue.record("\(place): the chain is broken: \(verdict)") }
        let mutations = details.flatMap(\.mutations)
        let announced = Set(mutations.flatMap { [path(of: $0.id), collection(of: $0.id)] })
        for write in seen {
            #expect(announced.contains(write.path), "\(place): no row for \(write.method) \(write.path)")
        }
        let sent = Set(seen.map(\.path))
        for mutation in mutations where mutation.ending == .done && mutation.verb == .apply {
            let isSent = sent.contains(path(of: mutation.id)) || sent.contains(collection(of: mutation.id))
            #expect(isSent, "\(place): \(mutation.id) is said to be done, and was never sent")
        }
        guard !hasDied else { return }
        for mutation in mutations {
            #expect(mutation.ending != .open, "\(place): \(mutation.verb) \(mutation.id) has no end")
        }
        #expect(runs.first?.outcome == .succeeded, "\(place): the last run is \(String(describing: runs.first))")
        #expect(runs.allSatisfy { $0.outcome != .running }, "\(place): a run of a dead process goes on for ever")
    }

    /// The writes since the last call, when no more are coming in.
    private mutating func newWrites() async throws -> [RecordedRequest] {
        var last = -1
        try await eventually("the cluster has read what was sent") {
            _ = try await scene.client.get(CoreResources.namespaces, namespace: "", name: "default")
            let now = cluster.faults.writeCount
            defer { last = now }
            return now == last
        }
        let writes = cluster.faults.requests.filter { $0.isWrite && !$0.path.contains("/leases") }
        cluster.faults.forgetRequests()
        seen += writes
        return writes
    }

    private func difference(_ live: [String: String], _ wanted: [String: String]) -> String {
        let names = Set(live.keys).union(wanted.keys).filter { live[$0] != wanted[$0] }.sorted().prefix(5)
        return names.map { "\($0): \(live[$0] ?? "absent") and not \(wanted[$0] ?? "absent")" }.joined(separator: ", ")
    }

    private var namespace: ObjectID { ObjectID(group: "", kind: "Namespace", namespace: "", name: scene.namespace) }
    private var canary: ObjectID { ObjectID(group: "", kind: "Secret", namespace: scene.namespace, name: "canary") }

    private func configMap(_ name: String) -> ObjectID {
        ObjectID(group: "", kind: "ConfigMap", namespace: scene.namespace, name: name)
    }

    private func path(of id: ObjectID) -> String { "\(collection(of: id))/\(id.name)" }

    private func collection(of id: ObjectID) -> String {
        let plural = "\(id.kind.lowercased())s"
        return id.namespace.isEmpty ? "/api/v1/\(plural)" : "/api/v1/namespaces/\(id.namespace)/\(plural)"
    }
}
