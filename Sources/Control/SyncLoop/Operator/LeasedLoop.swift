// SPDX-License-Identifier: Apache-2.0
import Logging

/// Runs a project's loop while this process leads the project, and stands by while another one does.
package struct LeasedLoop: Sendable {
    private let project: String
    private let lease: ProjectLease
    private let loop: ProjectLoop
    private let board: StatusBoard
    private let logger: Logger

    package init(project: String, lease: ProjectLease, loop: ProjectLoop, board: StatusBoard, logger: Logger) {
        self.project = project
        self.lease = lease
        self.loop = loop
        self.board = board
        self.logger = logger
    }

    /// Runs until the task is cancelled; then the lease is released.
    package func run() async {
        while await isToLead() {
            await lease.renewing { await loop.run() }
            guard !Task.isCancelled else { return }
            // Whatever ended the loop, the next turn begins by reading the lease, before anything is written.
            log(.warning, "no longer leading", lease.reasonToStop ?? "")
        }
    }

    /// Waits until the project is this process's to sync; false when the task is cancelled.
    private func isToLead() async -> Bool {
        var told = ""
        while !Task.isCancelled {
            do throws(LeaseError) {
                switch try await lease.acquire() {
                case .leading, .unhoused:
                    await board.led(project, by: lease.identity, isOther: false)
                    log(.info, "leading", "")
                    return true
                case .following(let holder, _):
                    await board.led(project, by: holder, isOther: true)
                    if told != holder { log(.info, "standing by", "\(holder) leads") }
                    told = holder
                }
            } catch {
                // The end of this process is no trouble of the project.
                guard !Task.isCancelled else { return false }
                await board.resting(project, because: .unable("\(error)"))
                if told != error.description { log(.error, "cannot take the lease", "\(error)") }
                told = error.description
            }
            do { try await Task.sleep(for: lease.timing.nextPeriod) } catch { return false }
        }
        return false
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ reason: String) {
        var metadata: Logger.Metadata = ["sync.project": "\(project)", "sync.lease": "\(lease.place)"]
        if !reason.isEmpty { metadata["sync.reason"] = "\(reason)" }
        logger.log(level: level, message, metadata: metadata)
    }
}
