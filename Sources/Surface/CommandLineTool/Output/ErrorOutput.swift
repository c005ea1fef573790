// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects

/// Standard error: one line an error, through the redactor.
enum ErrorOutput {
    /// Writes one message; a line break is added. A closed standard error is no reason to stop.
    static func write(_ message: String) {
        _ = FileDescriptorText.write(Redactor.shared.redact(message) + "\n", to: STDERR_FILENO)
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

/// Whole texts to file descriptors.
private enum FileDescriptorText {
    /// Writes everything; false when the other end is closed or full.
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                let written = Foundation.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return false }
                offset += written
            }
            return true
        }
    }
}
