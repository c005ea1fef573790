// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The one way in which a command ends the process.
enum ProcessEnd {
    /// Ends it without the clean-up that `exit` makes libraries do: other threads may still be inside of them (a transfer that is
    /// shut down uses OpenSSL), and then both would free the same memory. Nothing that we write waits in a buffer of C.
    static func now(_ status: Int32) -> Never {
        _exit(status)
    }
}
