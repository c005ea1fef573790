// SPDX-License-Identifier: Apache-2.0

/// The first elements up to a limit, and how many more there were: for lists whose length outside text decides.
package struct CappedList<Element: Sendable>: Sendable {
    /// The first ones, in their order; at most the limit.
    package private(set) var elements: [Element] = []
    /// How many more there were.
    package private(set) var more = 0
    private let limit: Int

    package init(limit: Int) { self.limit = limit }

    /// How many there were, kept or not.
    package var count: Int { elements.count + more }

    /// Whether there were none.
    package var isEmpty: Bool { elements.isEmpty && more == 0 }

    /// Keeps the element, or counts it when there are enough.
    package mutating func append(_ element: Element) {
        if elements.count < limit { elements.append(element) } else { more += 1 }
    }

    /// The same for all of another list, with those that it has only counted.
    package mutating func append(contentsOf other: CappedList<Element>) {
        for element in other.elements { append(element) }
        more += other.more
    }

    /// Counts elements that are not kept.
    package mutating func count(more: Int) { self.more += more }

    /// Sorts those that are kept.
    package mutating func sort(by areInIncreasingOrder: (Element, Element) -> Bool) {
        elements.sort(by: areInIncreasingOrder)
    }
}
