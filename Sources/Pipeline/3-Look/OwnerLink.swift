// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One owner reference: the garbage collector deletes an object with the last of its owners, and that with its own.
package struct OwnerLink: Sendable, Hashable {
    /// The object that is owned.
    package let owned: ObjectID
    /// Its owner; in the same namespace, or, which only the API server's catalogue tells, in none.
    package let owner: ObjectID
    /// The incarnation of the owner.
    package let uid: String

    package init(owned: ObjectID, owner: ObjectID, uid: String) {
        self.owned = owned
        self.owner = owner
        self.uid = uid
    }

    init?(_ reference: JSON, of owned: ObjectID) {
        guard let uid = reference["uid"]?.string else { return nil }
        func text(_ key: String) -> String { reference[key]?.string ?? "" }
        self.owned = owned
        self.uid = uid
        let groupKind = GroupVersionKind(apiVersion: text("apiVersion"), kind: text("kind")).groupKind
        owner = ObjectID(groupKind: groupKind, namespace: owned.namespace, name: text("name"))
    }
}

/// What is known of an owner that a pass would not read otherwise.
package enum Ancestor: Sendable, Hashable {
    /// It is there, with these owners.
    case exists(owners: [OwnerLink])
    /// There is no such incarnation, or its kind is not served, so that nothing is deleted with it.
    case gone
    /// It could not be read.
    case unknown(String)
}

extension KubeObject {
    /// Its owner references; by its uid the garbage collector finds an owner.
    package var ownerLinks: [OwnerLink] {
        (metadata["ownerReferences"]?.array ?? []).compactMap { OwnerLink($0, of: id) }
    }
}
