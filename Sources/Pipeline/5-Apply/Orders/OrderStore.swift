// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// Reads and changes what people ordered about a project, in the Secret that carries its inventory.
package struct OrderStore: Sendable {
    /// How often a change is tried again when another process writes the Secret at the same time.
    private static let attempts = 5

    private let client: KubeClient
    private let applySet: ApplySet

    package init(client: KubeClient, applySet: ApplySet) {
        self.client = client
        self.applySet = applySet
        client.redactor.allow(InventoryStore.publicKeys)
    }

    /// The stored orders; nil when the project has no inventory.
    ///
    /// - Throws: ``InventoryError`` when it cannot be read, or the Secret belongs to another owner.
    package func read() async throws(InventoryError) -> StandingOrders? {
        guard let parent = try await parent() else { return nil }
        return try StandingOrders(parent: parent)
    }

    /// Changes the orders, each time from what is stored then, so that no other writer's order is lost.
    ///
    /// - Parameters:
    ///   - journal: Takes the intent before the request and its result after.
    ///   - reason: Why, one line, for the journal.
    ///   - edit: Makes the change; may run several times. False when there is nothing to change.
    /// - Returns: Whether anything was written.
    /// - Throws: ``InventoryError``, with reason `noInventory` when the project has none; or what the journal throws.
    @discardableResult
    package func change(
        journal: any MutationJournal,
        reason: String,
        _ edit: @escaping @Sendable (inout StandingOrders) -> Bool
    ) async throws -> Bool {
        guard let first = try await parent() else { throw missing }
        var orders = try StandingOrders(parent: first)
        guard edit(&orders) else { return false }
        let intent = MutationIntent(id: applySet.parent, verb: .order, reason: reason)
        let ending = try await JournaledWrite(intent, in: journal).send { () async -> Result<Void, InventoryError> in
            CrashPoint.reach(.afterInventoryIntent)
            defer { CrashPoint.reach(.afterInventoryWrite) }
            return await write(edit, into: first)
        }
        try ending.get(while: writing)
        return true
    }

    private var writing: String { "writing the orders into \(applySet.parent)" }

    private func write(
        _ edit: @Sendable (inout StandingOrders) -> Bool,
        into first: KubeObject
    ) async -> Result<Void, InventoryError> {
        var parent = first
        var wasAnswerLost = false
        do throws(InventoryError) {
            for attempt in 1...OrderStore.attempts {
                var orders = try StandingOrders(parent: parent)
                guard edit(&orders) else { break }
                do throws(KubeError) {
                    let wanted: KubeObject
                    do throws(InventoryError) { wanted = try orders.written(into: parent) } catch {
                        throw KubeError(reason: .tooLarge, message: error.description)
                    }
                    _ = try await client.replace(wanted, in: .secrets, fieldManager: FieldManager.applySet)
                    break
                } catch {
                    // After a lost answer the next reading shows whether the write has happened.
                    if error.isOutcomeUnknown { wasAnswerLost = true }
                    let isRaced = error.reason == .conflict || error.isOutcomeUnknown
                    guard isRaced, attempt < OrderStore.attempts else { throw InventoryError(error, while: writing) }
                }
                guard let now = try await self.parent() else { throw missing }
                parent = now
            }
            return .success(())
        } catch {
            return .failure(wasAnswerLost ? error.withUnknownOutcome() : error)
        }
    }

    private var missing: InventoryError {
        InventoryError(
            .noInventory,
            "there is no inventory \(applySet.parent), so nothing was changed; name its namespace with -n, or write"
                + " suspend: true into the document of a project that was never synced"
        )
    }

    private func parent() async throws(InventoryError) -> KubeObject? {
        let parent = applySet.parent
        let stored: KubeObject?
        do throws(KubeError) {
            stored = try await client.get(.secrets, namespace: parent.namespace, name: parent.name)
        } catch {
            throw InventoryError(error, while: "reading the orders in \(parent)")
        }
        if let stored { try InventoryParent.verify(stored, is: applySet) }
        return stored
    }
}

extension InventoryStore {
    /// What people ordered, as it stands in the parent that was loaded last.
    package func orders() throws(InventoryError) -> StandingOrders { try StandingOrders(parent: stored) }
}
