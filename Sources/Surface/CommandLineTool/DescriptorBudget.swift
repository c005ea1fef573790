// SPDX-License-Identifier: Apache-2.0
import Foundation

/// File descriptors: as many as the system gives, enough of them for what matters, and the rest for visitors of the port.
///
/// libdispatch ends the process with an illegal instruction when it cannot make its descriptors, or never wakes a sleeping
/// task again; NIO ends it with a fatal error. So both get theirs before anything else runs, or the process does not start.
enum DescriptorBudget {
    /// Free ones that any command needs: libdispatch, git, SQLite, the API server.
    static let commandNeeds = 24
    /// Free ones that a command with a listening port needs, the event loops and a few connections included.
    static let serverNeeds = 40
    /// Of `run`, without its projects and its visitors.
    private static let base = 64
    /// Watches, git's child and its pipes.
    private static let perProject = 16
    /// Enough for any number of projects; programs that look through all numbers stay quick.
    private static let most: rlim_t = 65_536

    /// Raises the limit to the one that only an administrator can raise.
    ///
    /// - Returns: The limit as it is now.
    @discardableResult
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(kind, &limit) == 0 else { return 1024 }
        let wanted = min(limit.rlim_max, max(most, limit.rlim_cur))
        if wanted > limit.rlim_cur {
            var raised = limit
            raised.rlim_cur = wanted
            if setrlimit(kind, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// Why there are not `count` free descriptors, one line with the remedy; nil when there are.
    static func shortage(of count: Int) -> String? {
        var taken: [Int32] = []
        defer { for descriptor in taken { close(descriptor) } }
        while taken.count < count {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                return "only \(taken.count) file descriptors are free, and \(count) are needed "
                    + "(\(String(cString: strerror(errno)))); raise the limit: ulimit -n 256, or LimitNOFILE of the service"
            }
            taken.append(descriptor)
        }
        return nil
    }

    /// How many connections the port may have, so that the projects keep what they need.
    static func connections(limit: Int, projects: Int) -> Int {
        let reserved = base + perProject * projects
        return min(64, max(4, (limit - reserved) / 2))
    }

    /// Makes libdispatch open its descriptors now: one for the events, and one for each clock that is slept on.
    static func reserveForDispatch() async {
        let wall = DispatchSource.makeTimerSource()
        await withCheckedContinuation { done in
            wall.setEventHandler { done.resume() }
            wall.schedule(wallDeadline: .now())
            wall.resume()
        }
        wall.cancel()
        try? await Task.sleep(for: .nanoseconds(1), clock: .continuous)  // nobody cancels the first task
        try? await Task.sleep(for: .nanoseconds(1), clock: .suspending)
    }

    private static var kind: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
