// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import KubeObjects
import PlainText

/// What this process says passes its redactor, which knows every secret that it has seen.
enum ProcessOutput {
    static let redactor = Redactor.shared
}

/// Standard error: one line an error, through the redactor; invisible characters are escaped.
enum ErrorOutput {
    /// Writes text in the place of the current line; a terminal that is gone is no reason to stop.
    static func show(_ text: String) {
        _ = FileDescriptorText.write("\r\u{1B}[K" + safe(text), to: STDERR_FILENO)
    }

    /// Writes one message; a line break is added. A closed standard error is no reason to stop.
    static func write(_ message: String) {
        _ = FileDescriptorText.write(safe(message) + "\n", to: STDERR_FILENO)
    }

    /// Writes what may have several lines as one, which loses its middle when it is too long.
    static func line(_ message: String) {
        _ = FileDescriptorText.write(ProcessOutput.redactor.line(message) + "\n", to: STDERR_FILENO)
    }

    /// Writes messages as lines.
    ///
    /// - Parameters:
    ///   - messages: One a line.
    ///   - limit: How long to wait for a reader; nil for as long as it takes.
    static func write(_ messages: [String], within limit: DispatchTimeInterval?) {
        guard let limit else {
            for message in messages { write(message) }
            return
        }
        for message in messages { LogWriter.standardError.write(safe(message)) }
        LogWriter.standardError.flush(within: limit)
    }

    private static func safe(_ message: String) -> RedactedText { ProcessOutput.redactor.shown(message) }
}

/// Standard output.
package enum StandardOutput {
    /// Writes text. When nobody reads any more (`sternpost … | head`), the process ends as others do then; when it cannot be
    /// written, with one line that says why, and status 2.
    package static func write(_ text: RedactedText) {
        if !FileDescriptorText.write(text, to: STDOUT_FILENO) { end(errno) }
    }

    private static func end(_ cause: Int32) -> Never {
        guard cause != EPIPE else { ProcessEnd.now(128 + SIGPIPE) }
        ErrorOutput.write("error: standard output cannot be written: \(String(cString: strerror(cause)))")
        ProcessEnd.now(2)
    }

    /// Writes text for people, in colours perhaps, that was made ``Swift/String/visible`` before.
    package static func painted(_ text: String) { write(ProcessOutput.redactor.painted(text)) }

    /// Writes text whose values were masked before it became text, with the names and paths in it as they are; in colours
    /// perhaps, and made ``Swift/String/visible`` before.
    package static func painted(masked text: String) { write(ProcessOutput.redactor.painted(masked: text)) }

    /// Writes a line for people; invisible characters are escaped.
    package static func line(_ text: String = "") { write(ProcessOutput.redactor.shown(text) + "\n") }

    /// Writes manifests without masks, as they are to be applied.
    static func manifests(_ text: String) {
        if !FileDescriptorText.write(unmasked: text, to: STDOUT_FILENO) { end(errno) }
    }
}
