// SPDX-License-Identifier: Apache-2.0

/// A fight over a field of an object: another writer keeps changing what git declares, so the object is left as it is
/// for a while.
package struct FieldContest: Sendable, Hashable, CustomStringConvertible {
    /// The field as it may be shown: ``FieldDifference/shownPath(of:)``.
    package let path: String
    /// The field manager that changed it last; nil when the API server does not say.
    package let rival: String?
    /// How often it was set back lately.
    package let repairs: Int
    /// How long it is left alone each time.
    package let pause: Duration
    /// Whether the manifest says nothing of the field, so that the next write takes it away.
    package let isUndeclared: Bool

    package init(path: String, rival: String?, repairs: Int, pause: Duration, isUndeclared: Bool = false) {
        self.path = path
        self.rival = rival
        self.repairs = repairs
        self.pause = pause
        self.isUndeclared = isUndeclared
    }

    /// One line: who fights over what, and what to do.
    package var description: String {
        "a fight over \(path): \(rival ?? "somebody") keeps changing it, and it was set back \(repairs) times;"
            + " it is left as it is for \(pause.components.seconds / 60) minutes at a time: stop the one, or \(remedy)"
    }

    private var remedy: String { isUndeclared ? "declare the field" : "take the field out of the manifest" }
}
