// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import KubeObjects
import PlainText

/// Standard error: one line an error, through the redactor; invisible characters are escaped.
enum ErrorOutput {
    /// Writes text in the place of the current line; a terminal that is gone is no reason to stop.
    static func show(_ text: String) {
        _ = FileDescriptorText.write("\r\u{1B}[K\(safe(text))", to: STDERR_FILENO)
    }

    /// Writes one message; a line break is added. A closed standard error is no reason to stop.
    static func write(_ message: String) {
        _ = FileDescriptorText.write(safe(message) + "\n", to: STDERR_FILENO)
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

    private static func safe(_ message: String) -> String { Redactor.shared.redact(message).visible }
}

/// Standard output.
package enum StandardOutput {
    /// Writes text as it is: data for programs, and what was made ``Swift/String/visible`` before. When nobody reads any
    /// more (`sternpost … | head`), the process ends as others do then.
    package static func write(_ text: String) {
        if !FileDescriptorText.write(text, to: STDOUT_FILENO) { ProcessEnd.now(128 + SIGPIPE) }
    }

    /// Writes a line for people; invisible characters are escaped.
    package static func line(_ text: String = "") { write(text.visible + "\n") }
}
