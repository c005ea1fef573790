// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What the API server made of a declared value, as its answer to our own apply shows. Ascending: from a default that
/// was filled in to a value that was replaced.
package enum ServerReading: Sendable, Hashable, Comparable {
    /// All that was stated is there; what was left open (`{}`, null, absent fields) was filled in.
    case read
    /// Something that was stated is missing.
    case dropped
    /// A stated value was replaced.
    case replaced

    /// Judges one difference that an apply of the object left.
    package init(_ difference: FieldDifference, of kind: GroupKind) {
        guard let wanted = difference.after else {
            // A field that the manifest no longer declares and that stayed: there is no stated value.
            self = .read
            return
        }
        self = Judge(rule: ValueRule(kind)).judge(wanted, difference.before, at: difference.path)
    }

    private struct Judge {
        let rule: ValueRule

        func judge(_ wanted: JSON, _ found: JSON?, at path: [FieldPathElement]) -> ServerReading {
            if wanted.saysNothing || rule.isUnset(wanted, at: path) { return .read }
            guard let found, !found.isNull else { return wanted.isZero ? .read : .dropped }
            if rule.isSame(wanted, found, at: path) { return .read }
            switch (wanted, found) {
            case (.object(let members), .object(let live)):
                return members.reduce(.read) {
                    max($0, judge($1.value, live[$1.key], at: path + [.field($1.key)]))
                }
            case (.array(let items), .array(let live)): return judge(items, live, at: path)
            default: return .replaced
            }
        }

        /// Items are taken for those that were stated in their order; others may stand between.
        private func judge(_ wanted: [JSON], _ found: [JSON], at path: [FieldPathElement]) -> ServerReading {
            var rest = found[...]
            for item in wanted {
                guard let place = rest.firstIndex(where: { judge(item, $0, at: path) == .read }) else {
                    return wanted.count == found.count && Set(wanted) != Set(found) ? .replaced : .dropped
                }
                rest = rest[(place + 1)...]
            }
            return .read
        }
    }
}

extension JSON {
    /// Null, or an empty map or list: no value is stated.
    fileprivate var saysNothing: Bool {
        switch self {
        case .null: true
        case .array(let items): items.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }

    /// Values that a typed server may drop when it stores an object.
    fileprivate var isZero: Bool {
        switch self {
        case .bool(let flag): !flag
        case .int(let number): number == 0
        case .double(let number): number == 0
        case .string(let text): text.isEmpty
        case .object(let members): members.allSatisfy { $0.value.saysNothing || $0.value.isZero }
        case .null, .array: saysNothing
        }
    }
}
