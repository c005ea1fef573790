// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import HTTPWire
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncRecord
import Synchronization
import TestKit
import Testing

/// Fails the Nth call of a whole pass, for each N until the pass no longer meets it.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct NthFailureTests {
    /// Which appends to the history fail, counted from the moment when it was armed.
    enum JournalFault: String, CaseIterable {
        /// One, as by a disk that was full for a moment.
        case once
        /// This one and all behind it, until the pass is over.
        case fromThen
        /// One, for a reason that no reserve helps against.
        case onceBroken
    }

    @Test(arguments: JournalFault.allCases)
    func `P3: whichever row cannot be written, nothing is changed without one and the next pass puts all right`(
        _ fault: JournalFault
    ) async throws {
        try await withEmbeddedScene { given, cluster in
            let switchboard = Switchboard()
            let history = try await History.open(
                folder: "\(given.folder)/failing",
                mode: .operate,
                beforeCommit: switchboard.beforeCommit
            )
            let scene = given.with(history)
            let bystanders = try await scene.plantBystanders()
            try scene.commit(round(0, scene))
            #expect(try await scene.sync().outcome == .succeeded)
            var number = 0
            var wasMet = true
            while wasMet {
                number += 1
                try scene.commit(round(number, scene))
                let runs = try await history.runs(project: scene.project.name, limit: 1).first?.id ?? 0
                cluster.faults.forgetRequests()
                switchboard.arm(fault, at: number)
                let outcome = try await scene.sync()
                wasMet = switchboard.disarm()
                // A disk that is full for a moment is bridged by the reserve, where something has happened already.
                let isNoticed = outcome.isUnrecorded || outcome.failure?.stage == .history
                #expect(!wasMet || isNoticed || fault == .once, "append \(number): \(outcome.outcome)")
                try await expectRows(for: cluster, since: runs, history, scene, "append \(number)")
                try await scene.checkPromises(bystanders: bystanders)
                let outcomes = try await history.runs(project: scene.project.name, limit: 10).map(\.outcome)
                #expect(!outcomes.contains(.running), "append \(number): a run never ends")
            }
            // begin, identify, intents and outcomes of the inventory twice, of the wave, of the prune, and the end.
            #expect(number > 10, "the pass made \(number) appends only")
            try await history.close()
        }
    }

    /// Every write that the cluster saw stands in a run behind `last`.
    private func expectRows(
        for cluster: EmbeddedCluster,
        since last: Int64,
        _ history: History,
        _ scene: Scene,
        _ place: String
    ) async throws {
        var announced: Set<String> = []
        for run in try await history.runs(project: scene.project.name, limit: 5) where run.id > last {
            for mutation in try await history.detail(run.id)?.mutations ?? [] {
                announced.insert(mutation.id.name)
                if run.outcome != .running {
                    #expect(mutation.ending != .open, "\(place): \(mutation.id) has no end in a run that has one")
                }
            }
        }
        for write in cluster.faults.requests where write.isWrite {
            let name = write.path.split(separator: "/").last.map(String.init) ?? ""
            #expect(announced.contains(name), "\(place): no row for \(write.method) \(write.path)")
        }
    }

    /// What goes wrong with one request of a pass.
    enum RequestFault: String, CaseIterable {
        case serverError, reset, dropAnswer, throttled
        /// This request and all behind it, until the pass is over.
        case goneFromThen

        var rule: (action: FaultAction, turn: @Sendable (Int) -> FaultRule.Turn) {
            switch self {
            case .serverError:
                (.failure(status: 500, reason: "InternalError", message: "an error on the server"), { .nth($0) })
            case .reset: (.reset, { .nth($0) })
            case .dropAnswer: (.dropAnswer, { .nth($0) })
            case .throttled: (.tooManyRequests(retryAfter: 0), { .nth($0) })
            case .goneFromThen: (.reset, { .from($0) })
            }
        }
    }

    @Test(arguments: RequestFault.allCases)
    func `A1, A2, A3, A5: whichever request of a pass fails, the promises hold`(_ fault: RequestFault) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            let client = try impatientClient(cluster)
            try scene.commit(round(0, scene))
            #expect(try await scene.sync().outcome == .succeeded)
            var number = 0
            var isMet = true
            while isMet {
                number += 1
                try scene.commit(round(number, scene))
                let (action, turn) = fault.rule
                let rule = cluster.faults.add(FaultRule("*", "*", action, on: turn(number)))
                _ = try await scene.sync(client: client)
                isMet = cluster.faults.hits(rule) >= number
                cluster.faults.removeAll()
                try await scene.checkPromises(bystanders: bystanders)
            }
            #expect(number > 10, "the pass made \(number) requests only")
        }
    }

    /// Tries again at once: the waits between tries have tests of their own.
    private func impatientClient(_ cluster: EmbeddedCluster) throws -> KubeClient {
        KubeClient(
            configuration: try KubeConfiguration(kubeconfig: cluster.kubeconfig, folder: "/", context: nil),
            wire: HTTPWire(),
            options: KubeClientOptions(
                requestDeadline: .seconds(5),
                firstRetryDelay: .milliseconds(2),
                maxRetryDelay: .milliseconds(10)
            )
        )
    }

    /// Each round creates an object, changes one, creates one again and deletes one.
    private func round(_ number: Int, _ scene: Scene) -> [String: String?] {
        var files = scene.baseFiles(configMaps: 1)
        files["hot.yaml"] = scene.configMap("hot", "\(number)")
        files["made-\(number).yaml"] = scene.configMap("made-\(number)")
        files["fixed.yaml"] =
            scene.configMap("fixed", "\(number)", annotations: "sternpost.dev/force: enabled") + "immutable: true\n"
        if number > 0 { files["made-\(number - 1).yaml"] = .some(nil) }
        return files
    }
}

/// Decides which transaction of a history fails.
private final class Switchboard: Sendable {
    private struct State {
        var fault: NthFailureTests.JournalFault?
        var target = 0
        var count = 0
        var hits = 0
    }

    private let state = Mutex(State())

    func arm(_ fault: NthFailureTests.JournalFault, at number: Int) {
        state.withLock { $0 = State(fault: fault, target: number) }
    }

    /// Lets everything pass again, and says whether anything was made to fail.
    func disarm() -> Bool {
        state.withLock { state in
            defer { state = State() }
            return state.hits > 0
        }
    }

    var beforeCommit: @Sendable (Int) throws -> Void {
        { _ in
            try self.state.withLock { state in
                guard let fault = state.fault else { return }
                state.count += 1
                let fails = fault == .fromThen ? state.count >= state.target : state.count == state.target
                guard fails else { return }
                state.hits += 1
                let reason: SyncRecord.RecordError.Reason = fault == .onceBroken ? .failed : .diskFull
                throw SyncRecord.RecordError(reason, "history", "the disk took no more, says the test")
            }
        }
    }
}
