// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The objects in a Namespace, or of the kind of a definition: what is deleted along with that.
package struct ContainerContents: Sendable, Hashable {
    /// Their metadata only.
    package let objects: [KubeObject]
    /// The kinds that could not be looked through, or not to the end, with the reason.
    package let notLookedAt: [GroupKind: String]
    /// The resources that were listed, to list the same ones again.
    package let resources: [APIResource]
    /// Which of the objects follow from others.
    package let followers: FollowerRule

    package init(
        objects: [KubeObject],
        notLookedAt: [GroupKind: String] = [:],
        resources: [APIResource] = [],
        followers: FollowerRule = .anyController
    ) {
        self.followers = followers
        self.objects = objects
        self.notLookedAt = notLookedAt
        self.resources = resources
    }

    /// What one object says against the deletion of its container.
    package enum Witness: Sendable, Hashable, CaseIterable {
        /// It asks to be kept.
        case asksToBeKept
        /// It is another tool's.
        case isForeign
    }

    /// What one object says, which may follow from another one, of what is still wanted; nil for nothing of that. Asked of very many objects one at a time:
    /// the first of each witness is kept in any case, and is wanted no more.
    package typealias Witnesses =
        @Sendable (
            _ object: KubeObject, _ follows: Bool, _ wanted: Set<Witness>
        ) -> Witness?

    /// The objects that were put there on purpose: without those that controllers made for other objects, which come
    /// and go with these.
    ///
    /// - Parameter going: The uids of what is deleted as well.
    /// - Returns: These objects, in the order in which they were found.
    package func ownObjects(going: Set<String>) -> [KubeObject] { objects.filter { followers.isOwn($0, going: going) } }

    /// How many objects of one kind it holds, at most.
    var mostOfOneKind: Int { Dictionary(grouping: objects, by: \.id.groupKind).values.lazy.map(\.count).max() ?? 0 }
}

extension KubeObject {
    /// Whether other objects own it: while it stays, they stay, because it would be deleted along with the last of them.
    package var hasOwners: Bool { metadata["ownerReferences"]?.array?.isEmpty == false }
}

extension ObjectID {
    /// Whether a deletion of it takes other objects along: those in a Namespace, or those of a kind.
    package var isContainer: Bool {
        groupKind == GroupKind.namespace || groupKind == GroupKind.customResourceDefinition
    }
}
