// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// One object to be applied.
package struct Step: Sendable {
    /// What is done to the object.
    package enum Action: String, Sendable, Hashable, Codable {
        case create, configure
    }

    /// Why the object is written.
    package enum Cause: String, Sendable, Hashable, Codable {
        /// The cluster does not have it.
        case missing
        /// The same manifest was applied before, and the object is gone.
        case deleted
        /// Git changed, or we have not applied this object before.
        case commit
        /// Git did not change; another writer changed the live object.
        case drift
        /// It exists without an owner and is adopted.
        case adoption
    }

    package let id: ObjectID
    package let action: Action
    package let cause: Cause
    /// The document to send: namespace filled in, ApplySet label added, status stripped.
    package let object: KubeObject
    package let resource: APIResource
    package let origin: Origin
    /// SHA-256 of `object`, hexadecimal.
    package let contentHash: String
    /// The live object, when there is one.
    package let live: KubeObject?
    /// What differs, with whole values: first what is new since the object was written last, then what the API server made of
    /// the manifest then already; each ascending by path. Empty for a create.
    package let differences: [FieldDifference]
    /// How many of them are new.
    package let newsCount: Int
    /// Objects of the same plan that must have been applied before; a failure there blocks this step.
    package let dependsOn: [ObjectID]
    /// Whether an immutable field may be changed by deleting and creating again: a person has asked for it
    /// (`sternpost.dev/force: enabled`), and the kind is one of the API server's own that holds no data.
    package let mayRecreate: Bool
    /// Whether the live object was applied by this project before, as far as the inventory knows; true without one. Any
    /// other is adopted, and never deleted to be created again.
    package let isConfirmed: Bool

    package init(
        id: ObjectID,
        action: Action,
        cause: Cause,
        object: KubeObject,
        resource: APIResource,
        origin: Origin,
        contentHash: String,
        live: KubeObject?,
        differences: [FieldDifference],
        newsCount: Int? = nil,
        dependsOn: [ObjectID],
        mayRecreate: Bool,
        isConfirmed: Bool = true
    ) {
        self.id = id
        self.action = action
        self.cause = cause
        self.object = object
        self.resource = resource
        self.origin = origin
        self.contentHash = contentHash
        self.live = live
        self.differences = differences
        self.newsCount = newsCount ?? differences.count
        self.dependsOn = dependsOn
        self.mayRecreate = mayRecreate
        self.isConfirmed = isConfirmed
    }

    /// What differs, for display: cut and masked, in the same order.
    package var changes: [FieldChange] { FieldChange.list(differences, of: id.groupKind) }

    /// Whether an apply onto the incarnation `uid` may take fields from other managers. An object that does not exist
    /// yet has none to take.
    package func mayForce(onto uid: String?) -> Bool { uid != nil && !SyncAnnotation.forbidsForce(object) }
}
