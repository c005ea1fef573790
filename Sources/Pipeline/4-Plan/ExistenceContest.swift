// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import SyncLook

/// A fight over an object as a whole: somebody deletes it each time it is created, so it is not created for a while.
package struct ExistenceContest: Sendable, Hashable, CustomStringConvertible {
    /// Of the manifest from which it was created; another one is applied at once.
    package let contentHash: String
    /// How often it was created again lately.
    package let creations: Int
    /// How long it is left alone each time.
    package let pause: Duration
    /// The owners that the manifest names by uid, each as `KIND NAME`, for display.
    package let owners: [String]

    package init(contentHash: String, creations: Int, pause: Duration, owners: [String]) {
        self.contentHash = contentHash
        self.creations = creations
        self.pause = pause
        self.owners = owners
    }

    /// The first owners that a manifest names by uid, each as `KIND NAME`.
    package static func owners(of object: KubeObject) -> [String] {
        let references = object.metadata["ownerReferences"]?.array ?? []
        return references.filter { $0["uid"]?.string != nil }.prefix(3).map { reference in
            let words = [reference["kind"]?.string, reference["name"]?.string]
            return String(words.map { $0 ?? "?" }.joined(separator: " ").beginning(maxBytes: 320))
        }
    }

    /// One line: what happens, and what to do.
    package var description: String {
        "a fight over whether it exists: somebody deletes it again and again, and it was created again \(creations) times;"
            + " it is not created for \(pause.components.seconds / 60) minutes at a time: \(remedy)"
    }

    private var remedy: String {
        guard !owners.isEmpty else {
            return "find who deletes it (a controller, a clean-up job, another tool), or take it out of git"
        }
        return
            "its metadata.ownerReferences name \(owners.joined(separator: ", ")), and the garbage collector deletes it"
            + " where no object has that uid: take them out of the manifest, or find who else deletes it"
    }
}
