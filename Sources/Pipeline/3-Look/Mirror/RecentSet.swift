// SPDX-License-Identifier: Apache-2.0

/// The last so many values that were put in.
struct RecentSet<Value: Hashable & Sendable>: Sendable {
    private var values: Set<Value> = []
    /// In the order of arrival, from `start` on.
    private var order: [Value] = []
    private var start = 0
    /// How many are remembered; the oldest are forgotten when there are more.
    var capacity: Int { didSet { trim() } }

    init(capacity: Int) { self.capacity = capacity }

    func contains(_ value: Value) -> Bool { values.contains(value) }

    mutating func insert(_ value: Value) {
        guard values.insert(value).inserted else { return }
        order.append(value)
        trim()
    }

    mutating func removeAll() { self = RecentSet(capacity: capacity) }

    private mutating func trim() {
        while values.count > max(0, capacity) {
            values.remove(order[start])
            start += 1
        }
        guard start > order.count / 2 else { return }
        order.removeFirst(start)
        start = 0
    }
}
