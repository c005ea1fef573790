// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// An object that is left alone, and why.
package struct RefusedObject: Sendable, Hashable, Codable {
    /// The kinds of reason. What follows from each: `RefusedObject+Effects.swift`.
    package enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        /// No API group serves the kind.
        case unknownKind
        /// The group did not answer, so it is not known whether the kind exists.
        case groupUnavailable
        /// The live objects of the kind could not be read.
        case liveUnreadable
        /// Another tool or project owns the object.
        case ownedByOther
        /// A project may not declare it (``ProjectBorder``).
        case forbidden
        /// Two manifests name the same object once the namespace is filled in.
        case duplicate
        /// The manifest asks to be left alone (`sternpost.dev/reconcile: disabled`).
        case optedOut
        /// The live object asks to be left alone, whatever its manifest says.
        case optedOutLive
        /// The manifest itself cannot be applied (an unreadable wave, …).
        case invalid
        /// An object that it needs is refused.
        case blocked
        /// An object of an earlier wave is not healthy, or refused itself.
        case waiting
        /// Writing it failed lately; it is tried again when its time has come, or when git or the object changes.
        case failing
        /// The live object is being deleted; it is created again when it is gone.
        case terminating
        /// Another writer keeps changing back what we set; it is left as it is for a while.
        case contested
        /// Somebody deletes it each time it is created; it is not created for a while.
        case vanishing
    }

    package let id: ObjectID
    package let apiVersion: String
    package let origin: Origin
    package let reason: Reason
    /// One line: what, and what to do.
    package let message: String

    package init(id: ObjectID, apiVersion: String, origin: Origin, reason: Reason, message: String) {
        self.id = id
        self.apiVersion = apiVersion
        self.origin = origin
        self.reason = reason
        self.message = message
    }

    /// One line for people: where it is declared, what it is, and why it is left alone.
    package var line: String { "\(origin): \(id): \(message)" }
}
