// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook

/// Storing the inventory: the one object of a project that every pass may write.
extension InventoryStore {
    /// Checks that an inventory will fit into the parent once every member has a uid. Asked before the first write of a
    /// pass, so that a project that is too large changes nothing.
    ///
    /// - Throws: ``InventoryError`` with reason `inventoryTooLarge`.
    package func checkRoom(for inventory: Inventory) throws(InventoryError) {
        var full = inventory
        for (id, member) in inventory.members where member.uid == nil {
            full.members[id] = Inventory.Member(
                uid: Self.anyUID,
                source: member.source,
                doubt: member.doubt,
                content: member.content
            )
        }
        _ = try InventoryParent.object(for: full, project: project, replacing: stored)
    }

    private static let anyUID = "00000000-0000-4000-8000-000000000000"

    /// Whether ``write(_:journal:reason:)`` would send something.
    package func needsWrite(_ inventory: Inventory) throws(InventoryError) -> Bool {
        guard let stored else { return true }
        let wanted = try InventoryParent.object(for: inventory, project: project, replacing: stored)
        return !InventoryParent.saysTheSame(wanted, stored)
    }

    /// Stores the members, unless the cluster already has exactly these. The parent's namespace is created when it is
    /// missing.
    ///
    /// - Parameters:
    ///   - inventory: What the project owns.
    ///   - journal: Takes an intent before each request and its result after.
    ///   - reason: Why, one line, for the journal.
    /// - Throws: ``InventoryError``, with reason `concurrentWriter` when another process wrote since ``load(catalog:)``, or
    ///   whatever the journal throws.
    package func write(
        _ inventory: Inventory,
        journal: any MutationJournal,
        reason: String
    ) async throws {
        try requireSecret()
        let wanted = try InventoryParent.object(for: inventory, project: project, replacing: stored)
        if let stored, InventoryParent.saysTheSame(wanted, stored) { return }
        let intent = MutationIntent(id: applySet.parent, verb: .inventory, reason: reason)
        let namespace = ParentNamespace(client: client, name: applySet.parent.namespace)
        // Checked first: a write that must fail would be a failure in the history.
        if stored == nil, await namespace.isMissing() { try await namespace.create(journal: journal) }
        do {
            try await send(wanted, intent, journal)
        } catch let error as InventoryError where stored == nil && error.reason == .cluster(.notFound) {
            // An operator without the right to read namespaces gets that error here.
            try await namespace.create(journal: journal)
            try await send(wanted, intent, journal)
        }
    }
}

extension InventoryStore {
    private var writing: String { "writing the inventory \(applySet.parent)" }

    private func send(_ wanted: KubeObject, _ intent: MutationIntent, _ journal: any MutationJournal) async throws {
        let ending = try await JournaledWrite(intent, in: journal).send { () async -> Result<Void, InventoryError> in
            CrashPoint.reach(.afterInventoryIntent)
            defer { CrashPoint.reach(.afterInventoryWrite) }
            do throws(InventoryError) { try await self.put(wanted, attempts: 5) } catch { return .failure(error) }
            return .success(())
        }
        try ending.get(while: writing)
    }

    /// Creates or replaces the parent. An answer that says "conflict", or none at all, is checked against what the
    /// cluster has by now: the write may have been ours, sent twice.
    private func put(_ wanted: KubeObject, attempts: Int) async throws(InventoryError) {
        let refusal: KubeError
        do throws(KubeError) {
            let answer =
                stored == nil
                ? try await client.create(wanted, in: .secrets, fieldManager: FieldManager.applySet)
                : try await client.replace(wanted, in: .secrets, fieldManager: FieldManager.applySet)
            stored = answer.object
            return
        } catch {
            refusal = error
        }
        let mayBeOurs = refusal.isOutcomeUnknown || refusal.reason == .conflict || refusal.reason == .alreadyExists
        guard mayBeOurs else { throw InventoryError(refusal, while: writing) }
        do throws(InventoryError) {
            try await lookAgain(after: refusal, wanted, attempts: attempts)
        } catch {
            // No later answer tells whether a write without an answer has happened.
            throw refusal.isOutcomeUnknown ? error.withUnknownOutcome() : error
        }
    }

    private func lookAgain(after refusal: KubeError, _ wanted: KubeObject, attempts: Int) async throws(InventoryError) {
        let now = try await readParent()
        if let now, InventoryParent.saysTheSame(now, wanted) {
            stored = now
            return
        }
        // A person's order since then does not mean a second operator: our write does not contain the orders.
        if let now, let known = stored, InventoryParent.saysTheSame(now, known), known.uid == now.uid, attempts > 1 {
            stored = now
            try await put(InventoryParent.withOurs(of: wanted, in: now), attempts: attempts - 1)
            return
        }
        if refusal.isOutcomeUnknown { throw InventoryError(refusal, while: writing) }
        throw InventoryError(
            .concurrentWriter,
            "\(applySet.parent) was changed by somebody else since it was read, and is not written over. If a second"
                + " operator runs this project, stop one; else the next pass reads it again",
            isRetryable: true
        )
    }
}
