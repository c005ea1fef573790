// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects

/// Whole texts to file descriptors.
enum FileDescriptorText {
    /// Writes everything, and waits as long as that takes; false, with `errno`, when the other end is closed or full.
    static func write(_ text: RedactedText, to descriptor: Int32) -> Bool { write(unmasked: text.text, to: descriptor) }

    /// The same of manifests that a person asked for, who has them in git: what is applied has no masks.
    static func write(unmasked manifests: String, to descriptor: Int32) -> Bool {
        var text = manifests
        return text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                let written = Foundation.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                if written < 0, errno == EINTR { continue }
                if written < 0, errno == EAGAIN {
                    // Somebody who shares the descriptor made it non-blocking.
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&ready, 1, -1)
                    continue
                }
                guard written > 0 else {
                    if written == 0 { errno = EIO }
                    return false
                }
                offset += written
            }
            return true
        }
    }

    /// Opens `/dev/null` for standard input, output and error where the process was started without them: the next file
    /// or connection would get their numbers, and what is meant for people would go into it.
    static func reserveStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            let opened = open("/dev/null", O_RDWR)
            if opened != descriptor, opened >= 0 { close(opened) }
        }
    }
}
