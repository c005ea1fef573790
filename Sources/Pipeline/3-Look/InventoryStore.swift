// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import PlainText
import SyncSource

/// Keeps a project's inventory in the cluster, in the ApplySet's parent Secret.
///
/// It remembers the parent as it last saw it: a write names that resourceVersion, so two operators on one project
/// cannot overwrite each other, and a write that would change nothing is not sent.
package actor InventoryStore {
    package nonisolated let client: KubeClient
    package nonisolated let applySet: ApplySet
    package nonisolated let project: String
    /// The parent as it was read or written last.
    package var stored: KubeObject?

    package init(client: KubeClient, applySet: ApplySet, project: String) {
        self.client = client
        self.applySet = applySet
        self.project = project
        // A list of names, large and new with every pass; and what people ordered is for reading.
        client.redactor.allow(Self.publicKeys)
    }

    /// The key of what people ordered about the project, in the parent Secret's `data`, beside the inventory's.
    package static let ordersKey = "orders"

    /// What is no secret in the Secret that carries a project's inventory.
    package static let publicKeys = PublicKeys(
        [InventoryDocument.key, ordersKey],
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
    /// - Throws: ``InventoryError`` when the parent cannot be read, belongs to another owner, or is damaged.
    package func load(catalog: APICatalog, parent: KubeObject? = nil) async throws(InventoryError) -> Inventory {
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
            pruneBase: content.pruneBase,
            ref: stored.annotation(InventoryParent.refAnnotation) ?? "",
            followed: stored.annotation(InventoryParent.followedAnnotation).flatMap(FollowedCommit.init)
        )
    }

    /// Whether the parent that was read or written last holds an inventory. Without one, ``load(catalog:parent:)`` has
    /// looked for members in the cluster.
    package var hasInventory: Bool { stored?.json["data"]?[InventoryDocument.key]?.string != nil }

    /// The commit from which the project was synced last, as the cluster says it; nil when it does not say.
    ///
    /// - Parameter parent: The parent as a watch shows it; nil to ask the server.
    /// - Returns: The commit, as ``FollowedCommit/commit``.
    /// - Throws: ``InventoryError`` when the parent cannot be read, belongs to another owner, or is damaged.
    package func followed(parent: KubeObject? = nil) async throws(InventoryError) -> CommitInfo? {
        guard let stored = if let parent { parent } else { try await readParent() } else { return nil }
        try InventoryParent.verify(stored, is: applySet)
        return try InventoryParent.followed(of: stored)?.commit
    }

    /// Checks that the parent is of a kind that can hold an inventory.
    ///
    /// - Throws: ``InventoryError`` with reason `unsupportedParent`.
    package func requireSecret() throws(InventoryError) {
        guard applySet.parent.groupKind == APIResource.secrets.gvk.groupKind else {
            throw InventoryError(
                .unsupportedParent,
                "\(applySet.parent) cannot hold an inventory; the ApplySet's parent must be a Secret"
            )
        }
    }

    /// The parent as the server has it now; nil when there is none.
    package func readParent() async throws(InventoryError) -> KubeObject? {
        let parent = applySet.parent
        do throws(KubeError) {
            return try await client.get(.secrets, namespace: parent.namespace, name: parent.name)
        } catch {
            throw InventoryError(error, while: "reading the inventory \(parent)")
        }
    }
}
