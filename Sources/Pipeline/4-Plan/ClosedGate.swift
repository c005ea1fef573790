// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A wave number that is not finished: nothing with a higher number is written.
package struct ClosedGate: Sendable, Hashable {
    /// The number that is not finished.
    package let number: Int
    /// Why, for display; the same text as long as nothing changes.
    package let reason: String

    /// An object of this number is not healthy.
    package init(number: Int, unhealthy id: ObjectID) {
        self.init(number: number, reason: "blocked by wave \(number): \(id) is not healthy")
    }

    /// An object of this number is refused, so it cannot become what git wants.
    init(number: Int, refused id: ObjectID) {
        self.init(number: number, reason: "blocked by wave \(number): \(id) could not be applied")
    }

    private init(number: Int, reason: String) {
        self.number = number
        self.reason = reason
    }
}

/// An object that must be healthy before a wave with a higher number is written.
package struct GatedObject: Sendable, Hashable {
    package let id: ObjectID
    /// Its own wave number.
    package let number: Int

    package init(id: ObjectID, number: Int) {
        self.id = id
        self.number = number
    }
}
