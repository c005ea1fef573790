// SPDX-License-Identifier: Apache-2.0

/// Why the history could not be opened, read or written.
package struct RecordError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed set of causes.
    package enum Reason: String, Sendable, Hashable {
        /// The folder or a file in it cannot be written by this user.
        case notWritable
        /// Another process operates on the same folder.
        case locked
        /// There is no history in the folder yet.
        case missing
        /// The file is not an intact database.
        case corrupt
        /// The file was written by a newer Sternpost.
        case newerFormat
        /// The file was deleted or replaced after this process had opened it.
        case replaced
        case diskFull
        /// Another process kept the file locked for longer than the deadline.
        case busy
        /// No prune of this project is held.
        case nothingHeld
        /// The held prune is not the one that the person approved.
        case holdChanged
        /// The run is not in the history, or has ended.
        case unknownRun
        /// The text is not a `KIND/NAME`.
        case invalidQuery
        /// Everything else that SQLite reports.
        case failed
    }

    package let reason: Reason
    /// What was worked on: a path, a project, a run.
    package let subject: String
    /// Cause and remedy, one line.
    package let detail: String

    package init(_ reason: Reason, _ subject: String, _ detail: String) {
        self.reason = reason
        self.subject = subject
        self.detail = detail
    }

    /// Whether the same call may succeed later.
    package var isRetryable: Bool { reason == .diskFull || reason == .busy }

    package var description: String { "history: \(subject): \(detail)" }
}
