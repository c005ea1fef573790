// SPDX-License-Identifier: Apache-2.0
import CLibGit2
import Foundation

/// The hidden child mode of our own binary, in which all network work of libgit2 runs.
package enum GitWorker {
    /// The first argument that selects this mode.
    package static let command = "git-worker"

    /// Call it first in `main`, before anything else starts: if the arguments ask for the worker, this does its work and
    /// ends the process; otherwise it returns at once.
    ///
    /// - Parameter arguments: `CommandLine.arguments`.
    package static func runIfAsked(arguments: [String]) {
        guard arguments.count > 1, arguments[1] == command else { return }
        var answer = WorkerAnswer()
        do throws(GitError) {
            let request = try readRequest()
            try confine(request)
            answer = try WorkerJob(request).run()
        } catch {
            answer.failure = WorkerAnswer.Failure(reason: error.reason, message: error.message)
        }
        write(answer)
        exit(0)
    }

    /// What arrives is counted only after it was written, so the file may pass the limit by one packet.
    private static let fileSlack = 1 << 20

    private static func readRequest() throws(GitError) -> WorkerRequest {
        do {
            let data = try FileHandle.standardInput.readToEnd() ?? Data()
            return try JSONDecoder().decode(WorkerRequest.self, from: data)
        } catch {
            throw GitError(.worker, "git process: the request on standard input is not readable; this mode is internal")
        }
    }

    private static func write(_ answer: WorkerAnswer) {
        do {
            try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(answer))
        } catch {
            // The parent is gone or kills this process: no reader is left for a message.
            exit(1)
        }
    }

    /// Ends with the parent, leaves no core, cannot be traced, and cannot use more than the request allows.
    private static func confine(_ request: WorkerRequest) throws(GitError) {
        offerToKernel()
        guard sternpost_worker_guard(SIGKILL) == 0 else { throw GitError(.worker, "git process: prctl is refused") }
        guard getppid() != 1 || getpid() == 1 else { exit(1) }
        umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        alarm(UInt32(clamping: request.deadline + 5))
        // A list needs a few hundred bytes for each ref. An index needs some for each object, and both halves of a delta.
        let memory = request.operation == .list ? 256 << 20 : max(1 << 30, 4 * request.limits.objectBytes)
        let caps: [(UInt32, Int)] = [
            (RLIMIT_CORE.rawValue, 0), (RLIMIT_CPU.rawValue, request.deadline + 5), (RLIMIT_DATA.rawValue, memory),
            (RLIMIT_FSIZE.rawValue, request.limits.packBytes + fileSlack), (RLIMIT_NOFILE.rawValue, 1_024),
        ]
        for (resource, value) in caps {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(resource), &limit)
            limit.rlim_cur = min(rlim_t(value), limit.rlim_max)
            limit.rlim_max = limit.rlim_cur
            guard setrlimit(__rlimit_resource_t(resource), &limit) == 0 else {
                throw GitError(.worker, "git process: setrlimit is refused: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// When memory runs out, in the machine or in the container, this process is the one to die, not the operator.
    ///
    /// Where the file cannot be written the kernel chooses by its own rule, which is not an error.
    private static func offerToKernel() {
        let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        let score = "1000"
        _ = Foundation.write(file, score, score.utf8.count)
        close(file)
    }
}
