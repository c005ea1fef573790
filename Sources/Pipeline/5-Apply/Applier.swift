// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import PlainText
import SyncLook
import SyncPlan
import SyncSource
import Waiting

/// Carries out a plan: inventory first, then the waves, then the prunes, then the inventory again.
///
/// One object's failure stops only that object and what depends on it. Cancelling the surrounding task starts no new
/// request, finishes those in flight and gives a report with an interruption.
package struct Applier: Sendable {
    /// How long each wait of one pass may last. None lasts longer than the pass's ``HealthBudget``, but the one of a
    /// recreation.
    package struct Deadlines: Sendable, Hashable {
        /// The longest that a pass waits until an object that was deleted is gone, where the project waits for no health.
        package static let goneWithoutHealth: Duration = .seconds(10)

        /// Until a definition that this pass wrote is established.
        package var readiness: Duration
        /// Until an object that was deleted is gone.
        package var gone: Duration
        /// For retries of one object that wait for something of the same pass: a new kind being served, a terminating
        /// namespace.
        package var settling: Duration

        package init(
            readiness: Duration = .seconds(30),
            gone: Duration = .seconds(60),
            settling: Duration = .seconds(30)
        ) {
            self.readiness = readiness
            self.gone = gone
            self.settling = settling
        }
    }

    /// Which of these objects are not healthy, and why; asked before a later wave number begins.
    package typealias HealthQuestion = @Sendable ([ObjectID]) async -> [ObjectID: String]

    let client: KubeClient
    let store: InventoryStore
    let journal: any MutationJournal
    let limit: Int
    let deadlines: Deadlines
    let budget: HealthBudget
    let readiness: @Sendable (KubeObject) -> Readiness
    let health: HealthQuestion
    let users: HealthQuestion
    let guardBeforeWrite: @Sendable () async throws -> Void

    /// Makes an applier of one project.
    ///
    /// - Parameters:
    ///   - client: The cluster.
    ///   - store: The project's inventory; the one by which the plan's inventory was loaded.
    ///   - journal: Where every write is written down before and after it.
    ///   - limit: Writes in flight, 1 or more.
    ///   - deadlines: How long to wait for what.
    ///   - budget: The time for all waits of the pass together, those for health included; by default more than any wait
    ///     may last by itself.
    ///   - readiness: Judges the definitions that their objects wait for; `Kstatus.readiness`.
    ///   - health: Waits until the objects are healthy before a later wave number begins, for as long as the pass may wait.
    ///   - users: Waits until these workloads are healthy and run no pods of an older revision, before something is deleted
    ///     that such pods may need; by default asks for their health.
    ///   - guardBeforeWrite: Called before anything is written down or sent; asks whether this process may still write.
    ///     When it throws, nothing more is written in this pass, and the error is the reason that is shown.
    package init(
        client: KubeClient,
        store: InventoryStore,
        journal: any MutationJournal,
        limit: Int = 8,
        deadlines: Deadlines = Deadlines(),
        budget: HealthBudget = HealthBudget(.seconds(300)),
        readiness: @escaping @Sendable (KubeObject) -> Readiness,
        health: @escaping HealthQuestion,
        users: HealthQuestion? = nil,
        guardBeforeWrite: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.client = client
        self.store = store
        self.journal = journal
        self.limit = limit
        self.deadlines = deadlines
        self.budget = budget
        self.readiness = readiness
        self.health = health
        self.users = users ?? health
        self.guardBeforeWrite = guardBeforeWrite
    }

    /// Carries out the plan.
    ///
    /// - Parameters:
    ///   - plan: What to do.
    ///   - inventory: The inventory from which the plan was made, as ``InventoryStore`` gave it.
    ///   - approved: The approval hash that a person has given; lets a held prune run when it is the plan's.
    ///   - approver: Who gave it; stands in the reason of each deletion that it allows.
    /// - Returns: What became of every step and prune, and the inventory as it stands in the cluster.
    package func apply(
        _ plan: Plan,
        inventory: Inventory,
        approved: String? = nil,
        approver: String? = nil
    ) async -> ApplyReport {
        var run = ApplyRun(
            plan: plan,
            inventory: inventory,
            settling: SettlingDeadlines(patience: deadlines.settling, within: budget)
        )
        do throws(InventoryError) { try await store.checkRoom(for: run.inventory) } catch {
            run.interrupt("nothing was applied: \(error)")
        }
        await writeInventory(&run, reason: "before apply of commit \(plan.commit.shortID)")
        CrashPoint.reach(.afterSuperset)
        for wave in plan.waves {
            await openGate(before: wave, &run)
            await apply(wave, &run)
            CrashPoint.reach(.afterWave)
        }
        await prune(approved: approved, by: approver, &run)
        CrashPoint.reach(.beforeNarrow)
        if run.interruption == nil {
            run.narrow()
            await writeInventory(&run, reason: "after prune, commit \(plan.commit.shortID)")
        }
        CrashPoint.reach(.afterNarrow)
        return run.report()
    }

    /// Stores the run's members; a failure interrupts the run.
    private func writeInventory(_ run: inout ApplyRun, reason: String) async {
        guard run.interruption == nil else { return }
        let inventory = run.inventory
        do {
            guard try await store.needsWrite(inventory) else {
                run.inventoryIsStored()
                return
            }
            if let reason = await reasonToStop() { throw WriteFailure.interrupted(reason) }
        } catch {
            run.interrupt("the inventory was not written: \(error)")
            return
        }
        let text = "\(reason): \(inventory.members.count.counted("member"))"
        do {
            try await store.write(inventory, journal: journal, reason: text)
            run.inventoryIsStored()
        } catch let error as InventoryError {
            run.interrupt("the inventory was not written: \(error)")
        } catch {
            run.loseJournal("the inventory was not written: \(error)")
        }
    }
}

/// Why a write was not done.
enum WriteFailure: Error, Sendable, CustomStringConvertible {
    static let cancelled = "cancelled by a newer commit or a shutdown"

    /// The API server refused, or did not answer.
    case refused(KubeError)
    /// Nothing was sent: the pass must end.
    case interrupted(String)
    /// An intent or an outcome could not be recorded: the pass must end.
    case unrecorded(String)

    var description: String {
        switch self {
        case .refused(let error): error.description
        case .interrupted(let reason), .unrecorded(let reason): reason
        }
    }
}

extension Applier {
    /// Sends one write: only if the pass may still write, and to its end once it has begun.
    func write<Answer: Sendable>(
        _ request: @escaping @Sendable (KubeClient) async throws(KubeError) -> Answer
    ) async throws(WriteFailure) -> Answer {
        if let reason = await reasonToStop() { throw .interrupted(reason) }
        let client = client
        let result = await shieldedFromCancellation { () -> Result<Answer, KubeError> in
            do throws(KubeError) { return .success(try await request(client)) } catch { return .failure(error) }
        }
        switch result {
        case .success(let answer): return answer
        case .failure(let error) where error.reason == .withheld && !error.isOutcomeUnknown:
            throw .interrupted(error.message)
        case .failure(let error): throw .refused(error)
        }
    }

    /// Why this pass may not write any more; nil while it may. The guard's reason comes first, because the loss of the
    /// lease also cancels the task.
    func reasonToStop() async -> String? {
        do { try await guardBeforeWrite() } catch { return "\(error)" }
        return Task.isCancelled ? WriteFailure.cancelled : nil
    }

    /// Waits a little, which the budget pays; ends early by throwing when the task is cancelled.
    func pause(_ duration: Duration) async throws(WriteFailure) {
        // Sleep throws only when the task is cancelled.
        let isOver = await budget.spend { _ in (try? await Task.sleep(for: duration)) != nil }
        guard isOver else { throw .interrupted(await reasonToStop() ?? WriteFailure.cancelled) }
    }

    /// How long a pass may wait now until an object that it pruned is gone.
    var pruneLimit: Duration {
        min(deadlines.gone, budget.whole > .zero ? budget.left : Deadlines.goneWithoutHealth)
    }

    /// How long a step may wait until an object is gone that it makes anew. No budget shortens it: the object is deleted by
    /// then, and would stay away.
    var recreateLimit: Duration { deadlines.gone }
}
