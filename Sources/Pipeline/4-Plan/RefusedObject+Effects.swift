// SPDX-License-Identifier: Apache-2.0

/// What follows from a refusal: the only table of which reasons fail, skip, retry or degrade.
extension RefusedObject.Reason {
    private enum Effect {
        /// The object counts as failed; otherwise as skipped.
        case fails
        /// The pass is degraded.
        case degrades
        /// A later pass of the same commit may end differently.
        case retries
        /// The pass does not know enough to delete anything.
        case blinds
        /// The next pass need not check the object: only another commit, or the end of its wait, changes it.
        case rests
    }

    private var effects: Set<Effect> {
        switch self {
        case .unknownKind: [.fails, .degrades, .blinds]
        case .groupUnavailable, .liveUnreadable: [.fails, .degrades, .blinds, .retries]
        case .ownedByOther, .forbidden: [.fails, .degrades]
        case .duplicate, .invalid: [.fails, .degrades, .rests]
        case .failing: [.fails, .degrades, .retries, .rests]
        case .terminating: [.fails, .degrades, .retries]
        case .blocked: [.degrades]
        case .waiting, .contested, .vanishing: [.degrades, .retries]
        case .optedOut, .optedOutLive: [.rests]
        }
    }

    /// Whether the object counts as failed; otherwise it counts as skipped.
    package var isFailure: Bool { effects.contains(.fails) }

    /// Whether somebody asked for the object to be left alone.
    package var isOptOut: Bool { self == .optedOut || self == .optedOutLive }

    /// Whether the object is not as git declares it because of this: the pass does not succeed, what would be deleted
    /// may still be needed, and higher waves wait. An object that asks to be left alone does not count.
    package var isShortfall: Bool { effects.contains(.degrades) }

    /// Whether a later pass of the same commit may end differently.
    package var isRetryable: Bool { effects.contains(.retries) }

    /// Whether it shows that the pass does not know enough to delete anything.
    package var isPartialKnowledge: Bool { effects.contains(.blinds) }

    /// Whether the next pass need not check the object as long as the commit, and the time of the next try, are the
    /// same.
    package var mayRest: Bool { effects.contains(.rests) }
}
