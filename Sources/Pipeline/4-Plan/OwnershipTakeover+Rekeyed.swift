// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension OwnershipTakeover {
    /// When more declared items than this are missing from one list, none is treated as rekeyed by hand, so that the
    /// cost stays linear. The changed items then stay beside those that the apply adds.
    private static let maxMissing = 256

    /// The items that were made from declared ones by changing what identifies them, such as a port's number: the
    /// declared item is missing from the live list, and all that the manifest says of it, but for the keys, stands in
    /// this one. Left to its owner, it would stay beside the item that the next apply adds.
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

    /// The declared items whose key values no live item has; a key that an item leaves out is filled in by the server.
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
