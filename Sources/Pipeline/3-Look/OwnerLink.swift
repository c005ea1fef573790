// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One owner reference: the garbage collector deletes an object with the last of its owners, and that with its own.
package struct OwnerLink: Sendable, Hashable {
    /// The object that is owned.
    package let owned: ObjectID
    package let owner: Owner

    /// An owner as a reference names it. Two references may name one incarnation in different places; the garbage collector
    /// looks in the place that is named, and what is not there owns nothing.
    package struct Owner: Sendable, Hashable {
        /// In the namespace of what is owned, or, which only the API server's catalogue tells, in none.
        package let id: ObjectID
        /// The incarnation; empty for whichever there is.
        package let uid: String

        package init(id: ObjectID, uid: String) {
            self.id = id
            self.uid = uid
        }
    }

    package init(owned: ObjectID, owner: Owner) {
        self.owned = owned
        self.owner = owner
    }

    /// A link to a Namespace or a definition, which takes along what is in it as an owner takes along what it owns.
    package init(to container: ObjectID) { self.init(owned: container, owner: Owner(id: container, uid: "")) }

    /// Whether it leads to a Namespace or a definition because of what that holds.
    package var isOfContainer: Bool { owned == owner.id && owner.uid.isEmpty }

    init?(_ reference: JSON, of owned: ObjectID) {
        guard let uid = reference["uid"]?.string else { return nil }
        func text(_ key: String) -> String { reference[key]?.string ?? "" }
        let groupKind = GroupVersionKind(apiVersion: text("apiVersion"), kind: text("kind")).groupKind
        let id = ObjectID(groupKind: groupKind, namespace: owned.namespace, name: text("name"))
        self.init(owned: owned, owner: Owner(id: id, uid: uid))
    }
}

/// What is known of an owner that a pass would not read otherwise.
package enum Ancestor: Sendable, Hashable {
    /// It is there, with these owners; when it `isEnding`, it is being deleted.
    case exists(owners: [OwnerLink], isEnding: Bool = false)
    /// There is no such incarnation in that place, or its kind is not served, so that nothing is deleted with it.
    case gone
    /// It could not be read.
    case unknown(String)
}

extension KubeObject {
    /// Its owner references; those without a uid lead nowhere.
    package var ownerLinks: [OwnerLink] {
        (metadata["ownerReferences"]?.array ?? []).compactMap { OwnerLink($0, of: id) }
    }
}
