// SPDX-License-Identifier: Apache-2.0
import CLibGit2
import Foundation

/// Keeps the memory of this process, which holds credentials, from core files and debuggers.
package enum ProcessSecrecy {
    /// No core file is written, also not into a pipe, and no other process of this user may read the memory.
    ///
    /// - Returns: False when the system refuses.
    package static func begin() -> Bool {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        return setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0 && sternpost_forbid_dumps() == 0
    }
}
