// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects

/// Standard error: one line an error, through the redactor.
enum ErrorOutput {
    /// Writes one message; a line break is added.
    static func write(_ message: String) {
        FileHandle.standardError.write(Data((Redactor.shared.redact(message) + "\n").utf8))
    }
}

/// Standard output.
enum StandardOutput {
    /// Writes text as it is.
    static func write(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    /// Writes a line.
    static func line(_ text: String = "") { write(text + "\n") }
}
