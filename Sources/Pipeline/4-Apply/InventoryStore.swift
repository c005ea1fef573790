// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import PlainText
import SyncPlan
import SyncSource

/// Keeps a project's inventory in the cluster, in the ApplySet's parent Secret.
///
/// It remembers the parent as it last saw it: a write names that resourceVersion, so two operators on one project
/// cannot overwrite each other, and a write that would change nothing is not sent.
package actor InventoryStore {
    let client: KubeClient
    let applySet: ApplySet
    private let project: String
    private var stored: KubeObject?

    package init(client: KubeClient, applySet: ApplySet, project: String) {
        self.client = client
        self.applySet = applySet
        self.project = project
        // A list of names, large and new with every pass; and what people ordered is for reading.
        client.redactor.allow(Self.publicKeys)
    }

    /// What is no secret in the Secret that carries a project's inventory.
    private static let publicKeys = PublicKeys(
        [InventoryDocument.key, StandingOrders.key],
        label: WireName.applySetID,
        namePrefix: WireName.objectPrefix
    )

    /// Reads the inventory; marks are empty.
    ///
    /// Without a parent, or with one that holds no inventory, objects that carry our label count as members only if our
    /// field manager applied them: a copied label alone does not make an object ours.
    ///
    /// - Parameters:
    ///   - catalog: Where to look for such objects.
    ///   - parent: The parent as a watch shows it; nil to ask the server.
    /// - Returns: The members; none for a new project.
    /// - Throws: ``ApplyError`` when the parent cannot be read, belongs to another owner, or is damaged.
    package func load(catalog: APICatalog, parent: KubeObject? = nil) async throws(ApplyError) -> Inventory {
        try requireSecret()
        stored = if let parent { parent } else { try await readParent() }
        guard let stored else {
            return try await rebuilt(from: catalog, kinds: nil, namespaces: [applySet.parent.namespace])
        }
        try InventoryParent.verify(stored, is: applySet)
        let kinds = InventoryParent.groupKinds(of: stored)
        guard let text = stored.json["data"]?[InventoryDocument.key]?.string else {
            var found = try await rebuilt(
                from: catalog,
                kinds: kinds,
                namespaces: InventoryParent.namespaces(of: stored)
            )
            found.ref = stored.annotation(InventoryParent.refAnnotation) ?? ""
            found.followed = stored.annotation(InventoryParent.followedAnnotation).flatMap(FollowedCommit.init)
            return found
        }
        guard let bytes = Base64.bytes(of: text, padding: .optional) else {
            throw InventoryDocument.corrupt("it is no base64 text")
        }
        let content = try InventoryDocument.decode(
            bytes,
            source: stored.annotation(InventoryParent.sourceAnnotation) ?? ""
        )
        return Inventory(
            applySet: applySet,
            members: content.members,
            // People may edit the annotation: a kind that they remove is dismissed, and one that they add is looked
            // through.
            unseenKinds: content.unseenKinds.intersection(kinds).union(
                kinds.subtracting(content.members.keys.map(\.groupKind))
            ),
            ref: stored.annotation(InventoryParent.refAnnotation) ?? "",
            followed: stored.annotation(InventoryParent.followedAnnotation).flatMap(FollowedCommit.init)
        )
    }

    /// The commit from which the project was synced last, as the cluster says it; nil when it does not say.
    ///
    /// - Parameter parent: The parent as a watch shows it; nil to ask the server.
    /// - Returns: The commit, as ``FollowedCommit/commit``.
    /// - Throws: ``ApplyError`` when the parent cannot be read, belongs to another owner, or is damaged.
    package func followed(parent: KubeObject? = nil) async throws(ApplyError) -> CommitInfo? {
        guard let stored = if let parent { parent } else { try await readParent() } else { return nil }
        try InventoryParent.verify(stored, is: applySet)
        return try InventoryParent.followed(of: stored)?.commit
    }

    /// Checks that an inventory will fit into the parent once every member has a uid. Asked before the first write of a
    /// pass, so that a project that is too large changes nothing.
    ///
    /// - Throws: ``ApplyError`` with reason `inventoryTooLarge`.
    package func checkRoom(for inventory: Inventory) throws(ApplyError) {
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

    /// The parent as it was read or written last.
    package var parent: KubeObject? { stored }

    /// Whether ``write(_:journal:reason:)`` would send something.
    package func needsWrite(_ inventory: Inventory) throws(ApplyError) -> Bool {
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
    /// - Throws: ``ApplyError``, with reason `concurrentWriter` when another process wrote since ``load(catalog:)``, or
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
        } catch let error as ApplyError where stored == nil && error.reason == .cluster(.notFound) {
            // An operator without the right to read namespaces gets that error here.
            try await namespace.create(journal: journal)
            try await send(wanted, intent, journal)
        }
    }

    private func requireSecret() throws(ApplyError) {
        guard applySet.parent.groupKind == APIResource.secrets.gvk.groupKind else {
            throw ApplyError(
                .unsupportedParent,
                "\(applySet.parent) cannot hold an inventory; the ApplySet's parent must be a Secret"
            )
        }
    }

    private func readParent() async throws(ApplyError) -> KubeObject? {
        let parent = applySet.parent
        do throws(KubeError) {
            return try await client.get(.secrets, namespace: parent.namespace, name: parent.name)
        } catch {
            throw ApplyError(error, while: "reading the inventory \(parent)")
        }
    }
}

extension InventoryStore {
    private var writing: String { "writing the inventory \(applySet.parent)" }

    private func send(_ wanted: KubeObject, _ intent: MutationIntent, _ journal: any MutationJournal) async throws {
        let ending = try await JournaledWrite(intent, in: journal).send { () async -> Result<Void, ApplyError> in
            CrashPoint.reach(.afterInventoryIntent)
            defer { CrashPoint.reach(.afterInventoryWrite) }
            do throws(ApplyError) { try await self.put(wanted, attempts: 5) } catch { return .failure(error) }
            return .success(())
        }
        try ending.get(while: writing)
    }

    /// Creates or replaces the parent. An answer that says "conflict", or none at all, is checked against what the
    /// cluster has by now: the write may have been ours, sent twice.
    private func put(_ wanted: KubeObject, attempts: Int) async throws(ApplyError) {
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
        guard mayBeOurs else { throw ApplyError(refusal, while: writing) }
        do throws(ApplyError) {
            try await lookAgain(after: refusal, wanted, attempts: attempts)
        } catch {
            // No later answer tells whether a write without an answer has happened.
            throw refusal.isOutcomeUnknown ? error.withUnknownOutcome() : error
        }
    }

    private func lookAgain(after refusal: KubeError, _ wanted: KubeObject, attempts: Int) async throws(ApplyError) {
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
        if refusal.isOutcomeUnknown { throw ApplyError(refusal, while: writing) }
        throw ApplyError(
            .concurrentWriter,
            "\(applySet.parent) was changed by somebody else since it was read, and is not written over. If a second"
                + " operator runs this project, stop one; else the next pass reads it again",
            isRetryable: true
        )
    }
}
