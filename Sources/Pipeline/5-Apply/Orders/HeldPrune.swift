// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan

extension StandingOrders {
    /// A held prune as the holder of the lease stores it in the cluster, so that it can be approved from any data
    /// folder.
    package struct HeldPrune: Sendable, Hashable {
        /// Its key in the document.
        static let key = "held"
        /// The document stands in one Secret with the inventory: so only this much of a long list is stored.
        private static let maxObjects = 150
        private static let maxReasons = 20
        private static let maxLetters = 500

        /// The plan's approval hash: stands for the whole list.
        package let hash: String
        package let commitID: String
        /// One line each.
        package let reasons: [String]
        /// The first in the order of deletion.
        package let objects: [ObjectID]
        /// How many there are in all.
        package let count: Int
        /// Of how many objects it was judged; nil where an older version has stored it.
        package let total: Int?

        /// Takes as much of a list as fits. The reasons are masked before they are cut: half a secret is not recognised any
        /// more, and whoever may read the Secret need not see others.
        package init(
            hash: String,
            commitID: String,
            reasons: [RedactedText],
            objects: [ObjectID],
            total: Int? = nil
        ) {
            self.total = total
            self.hash = hash
            self.commitID = commitID
            self.reasons = reasons.prefix(Self.maxReasons).map { String($0.text.prefix(Self.maxLetters)) }
            self.objects = Array(objects.prefix(Self.maxObjects))
            count = objects.count
        }

        /// - Throws: ``ApplyError`` with reason `corruptInventory` when a part is missing.
        init(_ json: JSON) throws(ApplyError) {
            guard let hash = json["hash"]?.string, let commitID = json["commit"]?.string,
                let reasons = json["reasons"]?.array, let objects = json["objects"]?.array,
                let count = json["count"]?.int
            else { throw StandingOrders.corrupt("\(Self.key) has no hash, commit, reasons, objects or count") }
            self.hash = hash
            self.commitID = commitID
            self.reasons = reasons.compactMap(\.string)  // shown, never decided by
            self.objects = objects.compactMap(ObjectID.init(order:))
            self.count = Int(count)
            total = json["total"]?.int.map { Int($0) }
        }

        var json: JSON {
            [
                "hash": .string(hash), "commit": .string(commitID), "reasons": .array(reasons.map(JSON.string)),
                "objects": .array(objects.map(\.order)), "count": .int(Int64(count)),
                "total": total.map { JSON.int(Int64($0)) } ?? .null,
            ]
        }
    }
}

extension StandingOrders {
    /// Whether a prune other than the one with this hash is stored as held or approved; nil for no prune.
    package func speaks(ofOtherThan hash: String?) -> Bool {
        if let held { if held.hash != hash { return true } } else if hash != nil { return true }
        return approval.word.map { $0.text != hash } ?? false
    }
}

extension StandingOrders {
    /// Whether a pass that holds this prune has to store it: another one is stored, or approved, or this one without
    /// a number or with a larger one.
    package func lacks(_ held: HeldPrune?) -> Bool {
        if speaks(ofOtherThan: held?.hash) { return true }
        guard let total = held?.total else { return false }
        guard let stored = self.held?.total else { return true }
        return stored > total
    }
}

extension ObjectID {
    /// Reads an identity as orders name it; nil when a part of it is missing.
    init?(order json: JSON) {
        guard let group = json["group"]?.string, let kind = json["kind"]?.string,
            let namespace = json["namespace"]?.string, let name = json["name"]?.string
        else { return nil }
        self.init(group: group, kind: kind, namespace: namespace, name: name)
    }

    /// The identity as orders name it.
    var order: JSON {
        [
            "group": .string(group), "kind": .string(kind), "namespace": .string(namespace), "name": .string(name),
        ]
    }
}
