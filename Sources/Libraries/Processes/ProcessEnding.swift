// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How a process ended.
package enum ProcessEnding: Sendable, Hashable {
    /// By itself, with an exit status of 0 to 255.
    case status(Int32)
    /// By a signal.
    case signal(Int32)

    /// Reads what `waitpid` gave of a process that has ended.
    package init(waitStatus raw: Int32) {
        let signal = raw & 0x7F
        self = signal == 0 ? .status(raw >> 8 & 0xFF) : .signal(signal)
    }

    /// The exit status, or 128 plus the signal, as shells report it.
    package var shellStatus: Int32 {
        switch self {
        case .status(let status): status
        case .signal(let signal): 128 + signal
        }
    }

    /// Waits until a child has ended, and reaps it. Blocks.
    package static func ofChild(_ child: pid_t) -> ProcessEnding {
        var raw: Int32 = 0
        while waitpid(child, &raw, 0) == -1, errno == EINTR {}
        return ProcessEnding(waitStatus: raw)
    }
}
