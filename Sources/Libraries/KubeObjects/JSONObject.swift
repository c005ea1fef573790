// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object: unique keys, kept in byte order of the keys (the order in which kubectl prints).
///
/// A sorted array of pairs is smaller than a dictionary, compares fast and never decides output order by chance.
/// Look-up is a binary search; insertion out of order costs O(n).
package struct JSONObject: Sendable, Hashable {
    /// One key with its value.
    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: JSON

        package init(key: String, value: JSON) {
            self.key = key
            self.value = value
        }

        /// Whether key and value are equal, the key by its bytes.
        package static func == (left: Member, right: Member) -> Bool {
            left.key.hasSameBytes(as: right.key) && left.value == right.value
        }

        /// Hashes what `==` compares.
        package func hash(into hasher: inout Hasher) {
            hasher.combine(bytesOf: key)
            hasher.combine(value)
        }
    }

    /// All members, ascending by key.
    package private(set) var members: [Member]

    /// An object without members.
    package init() { members = [] }

    /// Makes an object of members in any order; of a repeated key the last one stays.
    package init(_ unsorted: [Member]) {
        members = unsorted
        normalize()
    }

    /// How many members there are.
    package var count: Int { members.count }

    /// Whether there is no member.
    package var isEmpty: Bool { members.isEmpty }

    /// The keys, ascending.
    package var keys: [String] { members.map(\.key) }

    /// The value of `key`, or nil. Setting nil removes the member.
    package subscript(key: String) -> JSON? {
        get {
            let (index, isPresent) = place(of: key)
            guard isPresent else { return nil }  // in a `?:`, nil would become JSON's null
            return members[index].value
        }
        set {
            let (index, isPresent) = place(of: key)
            switch (isPresent, newValue) {
            case (true, .some(let value)): members[index].value = value
            case (true, .none): members.remove(at: index)
            case (false, .some(let value)): members.insert(Member(key: key, value: value), at: index)
            case (false, .none): break
            }
        }
    }

    /// Takes the value of `key` out, with null in its place, so that it can be changed without a copy; nil when it is absent.
    mutating func take(_ key: String) -> JSON? {
        let (index, isPresent) = place(of: key)
        guard isPresent else { return nil }
        let value = members[index].value
        members[index].value = .null
        return value
    }

    /// Where `key` is, or where it belongs: the first index whose key is not before it.
    private func place(of key: String) -> (index: Int, isPresent: Bool) {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            let order = members[middle].key.byteOrder(to: key)
            if order == 0 { return (middle, true) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    private mutating func normalize() {
        guard members.count > 1 else { return }
        var ascending = true
        for index in 1..<members.count where !members[index - 1].key.precedesInByteOrder(members[index].key) {
            ascending = false
            break
        }
        if ascending { return }
        sort()
        for index in 1..<members.count where members[index - 1].key.hasSameBytes(as: members[index].key) {
            keepLastOfEach()
            return
        }
    }

    /// Sorts by key; equal keys stay in their order.
    private mutating func sort() {
        guard members.count <= 32 else {
            members = members.enumerated().sorted { left, right in
                let order = left.element.key.byteOrder(to: right.element.key)
                return order == 0 ? left.offset < right.offset : order < 0
            }.map(\.element)
            return
        }
        // Nearly every object is small: sorted where it lies, without a copy.
        for index in 1..<members.count {
            var place = index
            while place > 0, members[place].key.precedesInByteOrder(members[place - 1].key) {
                members.swapAt(place, place - 1)
                place -= 1
            }
        }
    }

    private mutating func keepLastOfEach() {
        var unique: [Member] = []
        unique.reserveCapacity(members.count)
        for member in members {
            if let last = unique.last, last.key.hasSameBytes(as: member.key) {
                unique[unique.count - 1] = member
            } else {
                unique.append(member)
            }
        }
        members = unique
    }
}

extension JSONObject: Sequence {
    /// The members, ascending by key.
    package func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}
