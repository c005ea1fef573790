// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import KubeObjects

/// Standard error: one line an error, through the redactor.
enum ErrorOutput {
    /// Writes text that is rewritten in place; a terminal that is gone is no reason to stop.
    static func show(_ text: String) { _ = FileDescriptorText.write(Redactor.shared.redact(text), to: STDERR_FILENO) }

    /// Writes one message; a line break is added. A closed standard error is no reason to stop.
    static func write(_ message: String) {
        _ = FileDescriptorText.write(Redactor.shared.redact(message) + "\n", to: STDERR_FILENO)
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
        for message in messages { LogWriter.standardError.write(Redactor.shared.redact(message)) }
        LogWriter.standardError.flush(within: limit)
    }
}

/// Standard output.
enum StandardOutput {
    /// Writes text as it is. When nobody reads any more (`sternpost … | head`), the process ends as others do then.
    static func write(_ text: String) {
        if !FileDescriptorText.write(text, to: STDOUT_FILENO) { exit(128 + SIGPIPE) }
    }

    /// Writes a line.
    static func line(_ text: String = "") { write(text + "\n") }
}
