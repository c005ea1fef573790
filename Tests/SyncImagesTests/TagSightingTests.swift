// SPDX-License-Identifier: Apache-2.0
import Foundation
import OCIRegistry
import Testing

@testable import SyncImages

/// What a row of polls says of a tag.
struct TagSightingTests {
    /// Digests by number, nil for failures; then: polls in a row, whether it returns, what was before.
    @Test(
        arguments: [
            ([1], 1, false, []), ([1, 1], 2, false, []), ([1, 1, 1], 3, false, []), ([1, 2], 1, false, [1]),
            ([1, 2, 2], 2, false, [1]), ([1, 2, 1], 1, true, [1, 2]), ([1, 2, 1, 1], 2, true, [1, 2]),
            ([1, nil], 0, false, [1]), ([1, nil, nil], 0, false, [1]), ([1, nil, 1], 1, false, []),
            ([1, nil, 1, 1], 2, false, []), ([1, nil, 2], 1, false, [1]), ([1, 2, nil, 2], 1, false, [1]),
            ([1, 2, nil, 1], 1, true, [1, 2]), ([1, 2, 1, nil, 1], 1, true, [1, 2]),
            ([1, 2, 1, nil, nil, 2], 1, true, [1, 2, 1]), ([nil], 0, false, []), ([nil, nil, 1], 1, false, []),
            ([nil, 1, 1], 2, false, []), ([1, 2, 1, 2], 1, true, [1, 2, 1]), ([1, 2, 3, 2], 1, true, [1, 2, 3]),
        ] as [([Int?], Int, Bool, [Int])]
    )
    func `R10: polls in a row are counted, and what was before is kept, also over failures`(
        numbers: [Int?],
        polls: Int,
        isReturning: Bool,
        earlier: [Int]
    ) throws {
        let sighting = try ImageFixture.sighting(numbers.map { $0.map(ImageFixture.digest) })
        #expect(sighting.polls == polls && sighting.isReturning == isReturning)
        #expect(sighting.earlier.map(\.digest) == earlier.map(ImageFixture.digest))
        let known = numbers.compactMap { $0 }.last.map(ImageFixture.digest)
        #expect(sighting.known?.digest == known, "the last that was read stays known")
    }

    @Test func `what was before is bounded`() throws {
        let sighting = try ImageFixture.sighting((0..<100).map(ImageFixture.digest))
        #expect(sighting.earlier.map(\.digest) == (91..<99).map(ImageFixture.digest))
        #expect(sighting.earlier.count == TagSighting.maxEarlier)
    }

    @Test func `the time is that of the last poll, failed ones too`() throws {
        var sighting = try ImageFixture.sighting([ImageFixture.first])
        let later = ImageFixture.noon.addingTimeInterval(60)
        sighting.see(.failure(RegistryError(reason: .timeout, message: "late")), at: later)
        #expect(sighting.checkedAt == later)
    }
}
