// SPDX-License-Identifier: Apache-2.0
import Foundation
import OCIRegistry

/// What is known of an image's tag after the last poll of it.
package struct TagSighting: Sendable {
    /// The most earlier readings that are kept.
    static let maxEarlier = 8

    /// The last answer of the registry. After a failure the earlier readings still hold, but nothing is rolled out
    /// because of them.
    package private(set) var result: Result<TagReading, RegistryError>
    package private(set) var checkedAt: Date
    /// How many polls in a row have given the same digest.
    package private(set) var polls: Int
    /// Other readings that the tag had before, newest last.
    package private(set) var earlier: [TagReading] = []

    package init(_ result: Result<TagReading, RegistryError>, at date: Date) {
        self.result = result
        checkedAt = date
        polls = (try? result.get()) == nil ? 0 : 1
    }

    /// The last reading that succeeded; nil when none has.
    package var known: TagReading? { (try? result.get()) ?? earlier.last }

    /// Whether the tag had this digest before, and another one in between: a registry whose replicas are out of step
    /// may answer so.
    package var isReturning: Bool {
        guard let reading = try? result.get() else { return false }
        return earlier.contains { $0.digest == reading.digest }
    }

    /// Takes in another poll.
    package mutating func see(_ next: Result<TagReading, RegistryError>, at date: Date) {
        defer {
            result = next
            checkedAt = date
        }
        let before = known
        guard let reading = try? next.get() else {
            // The reading before is kept among the earlier ones, so that it is not lost.
            if let before, earlier.last != before { remember(before) }
            polls = 0
            return
        }
        if before?.digest == reading.digest {
            if earlier.last?.digest == reading.digest { earlier.removeLast() }
            polls += 1
        } else {
            if let before, earlier.last != before { remember(before) }
            polls = 1
        }
    }

    private mutating func remember(_ reading: TagReading) {
        earlier.append(reading)
        earlier = Array(earlier.suffix(TagSighting.maxEarlier))
    }
}
