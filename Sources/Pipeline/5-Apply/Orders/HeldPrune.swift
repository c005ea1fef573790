// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
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
        private static let maxReasonBytes = 500

        /// The plan's approval hash: stands for the whole list.
        package let hash: String
        package let commitID: String
        /// One line each.
        package private(set) var reasons: [String]
        /// The first in the order of deletion.
        package private(set) var objects: [ObjectID]
        /// How many there are in all.
        package let count: Int

        /// Takes as much of a list as fits. The reasons are masked before they are cut: half a secret is not recognised any
        /// more, and whoever may read the Secret need not see others.
        package init(
            hash: String,
            commitID: String,
            reasons: [RedactedText],
            objects: [ObjectID]
        ) {
            self.hash = hash
            self.commitID = commitID
            self.reasons = reasons.prefix(Self.maxReasons).map {
                String($0.text.beginning(maxBytes: Self.maxReasonBytes))
            }
            self.objects = Array(objects.prefix(Self.maxObjects))
            count = objects.count
        }

        /// - Throws: ``InventoryError`` with reason `corruptInventory` when a part is missing.
        init(_ json: JSON) throws(InventoryError) {
            guard let hash = json["hash"]?.string, let commitID = json["commit"]?.string,
                let reasons = json["reasons"]?.array, let objects = json["objects"]?.array,
                let count = json["count"]?.int
            else { throw StandingOrders.corrupt("\(Self.key) has no hash, commit, reasons, objects or count") }
            self.hash = hash
            self.commitID = commitID
            self.reasons = reasons.compactMap(\.string)  // shown, never decided by
            self.objects = objects.compactMap(ObjectID.init(order:))
            self.count = Int(count)
        }

        /// The same with half of the objects, or with half of the reasons where no objects are left; nil when there is
        /// nothing to leave out. What decides, the hash and the count, stays.
        var shortened: HeldPrune? {
            guard !objects.isEmpty || !reasons.isEmpty else { return nil }
            var shorter = self
            if objects.isEmpty {
                shorter.reasons = Array(reasons.prefix(reasons.count / 2))
            } else {
                shorter.objects = Array(objects.prefix(objects.count / 2))
            }
            return shorter
        }

        var json: JSON {
            [
                "hash": .string(hash), "commit": .string(commitID), "reasons": .array(reasons.map(JSON.string)),
                "objects": .array(objects.map(\.order)), "count": .int(Int64(count)),
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
