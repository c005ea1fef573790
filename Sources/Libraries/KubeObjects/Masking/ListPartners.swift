// SPDX-License-Identifier: Apache-2.0

/// Finds for the elements of one list their partners in another: by `name` where they have one, else by place. Each is
/// given out once. Takes time in proportion to the lists.
struct ListPartners {
    /// The places of each name that are left, the first one last.
    private var places: [[UInt8]: [Int]] = [:]
    private var isFree: [Bool]

    init(_ others: [JSON?]) {
        isFree = others.map { $0 != nil }
        for (index, element) in others.enumerated().reversed() {
            if let name = element?["name"]?.string { places[Array(name.utf8), default: []].append(index) }
        }
    }

    /// The place of the element's partner; nil when there is none.
    mutating func take(for element: JSON, at index: Int) -> Int? {
        guard let name = element["name"]?.string else {
            guard index < isFree.count, isFree[index] else { return nil }
            isFree[index] = false
            return index
        }
        while let place = places[Array(name.utf8)]?.popLast() {
            guard isFree[place] else { continue }
            isFree[place] = false
            return place
        }
        return nil
    }
}
