// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension OwnershipTakeover {
    /// The items that somebody made of declared ones by changing what identifies them, such as a port's number: the
    /// declared item is missing from the live list, and all that the manifest says of it, but for the keys, stands in this
    /// one. Left to its owner, it would stay beside the item that the next apply adds.
    static func rekeyed(_ fields: FieldSet, declared: JSON?, live: JSON?) -> FieldSet {
        var result = FieldSet()
        guard let declared, let live else { return result }
        for (element, set) in fields.children {
            switch element {
            case .field(let name): result[element] = rekeyed(set, declared: declared[name], live: live[name])
            case .key(let keys):
                guard let wanted = declared.array, let there = live.array,
                    let item = there.first(where: { fits($0, keys) })
                else { continue }
                if let same = wanted.first(where: { fits($0, keys) }) {
                    result[element] = rekeyed(set, declared: same, live: item)
                } else if wanted.contains(where: { isMissing($0, in: there, keys) && holds(item, $0, except: keys) }) {
                    result[element] = set
                }
            case .value, .index: continue
            }
        }
        return result
    }

    /// Whether the item has these keys; one that it leaves out is the server's to fill in.
    private static func fits(_ item: JSON, _ keys: JSONObject) -> Bool {
        keys.contains { item[$0.key] == $0.value }
            && keys.allSatisfy { item[$0.key] == nil || item[$0.key] == $0.value }
    }

    /// Whether no live item has the key values of a declared one.
    private static func isMissing(_ item: JSON, in live: [JSON], _ keys: JSONObject) -> Bool {
        !live.contains { other in keys.allSatisfy { item[$0.key] == nil || item[$0.key] == other[$0.key] } }
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
