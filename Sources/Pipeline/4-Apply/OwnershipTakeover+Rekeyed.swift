// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

extension OwnershipTakeover {
    /// Of more declared items than these that are missing from one list, none is taken for one that was rekeyed by hand: the
    /// cost stays linear, and what somebody made of them stays beside those that the apply adds.
    private static let maxMissing = 256

    /// The items that somebody made of declared ones by changing what identifies them, such as a port's number: the
    /// declared item is missing from the live list, and all that the manifest says of it, but for the keys, stands in this
    /// one. Left to its owner, it would stay beside the item that the next apply adds.
    static func rekeyed(_ fields: FieldSet, declared: JSON?, live: JSON?) -> FieldSet {
        var result = FieldSet()
        guard let declared, let live, !fields.children.isEmpty else { return result }
        var wanted = ListIndex(declared.array ?? [], for: fields)
        var there = ListIndex(live.array ?? [], for: fields)
        var missing: [[String]: [JSON]] = [:]
        for (element, set) in fields.children {
            switch element {
            case .field(let name): result[element] = rekeyed(set, declared: declared[name], live: live[name])
            case .key(let keys):
                guard let item = there.item(at: element) else { continue }
                if let same = wanted.item(at: element) {
                    result[element] = rekeyed(set, declared: same, live: item)
                    continue
                }
                let names = keys.keys
                let gone = missing[names] ?? self.missing(of: declared, in: live, by: names)
                missing[names] = gone
                guard gone.count <= maxMissing else { continue }
                if gone.contains(where: { holds(item, $0, except: keys) }) { result[element] = set }
            case .value, .index: continue
            }
        }
        return result
    }

    /// The declared items whose key values no live item has; one that it leaves out is the server's to fill in.
    private static func missing(of declared: JSON, in live: JSON, by names: [String]) -> [JSON] {
        var known: [[String]: Set<JSONObject>] = [:]
        return (declared.array ?? []).filter { item in
            let keys = (item.object ?? JSONObject()).only(names)
            let form = keys.keys
            let there = known[form] ?? Set((live.array ?? []).compactMap { $0.object?.only(form) })
            known[form] = there
            return !there.contains(keys)
        }
    }

    /// Whether a live item has everything that a declared one says beside its keys.
    private static func holds(_ live: JSON, _ declared: JSON, except keys: JSONObject) -> Bool {
        guard let members = declared.object else { return false }
        return members.allSatisfy { keys[$0.key] != nil || holds(live[$0.key], $0.value) }
    }

    private static func holds(_ live: JSON?, _ declared: JSON) -> Bool {
        switch declared {
        case .object(let members): return live?.object != nil && members.allSatisfy { holds(live?[$0.key], $0.value) }
        case .array(let items):
            guard let there = live?.array, there.count == items.count else { return false }
            return zip(there, items).allSatisfy { holds($0, $1) }
        default: return live == declared
        }
    }
}
