// SPDX-License-Identifier: Apache-2.0
import Foundation
import Processes
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct ChildProcessTests {
    private func shell(_ script: String, within deadline: Duration = .seconds(60)) -> ChildProcess {
        var program = ChildProcess(path: "/bin/sh", arguments: ["-c", script])
        program.environment = ["PATH": "/usr/bin:/bin"]
        program.deadline = deadline
        return program
    }

    @Test(
        arguments: [
            ("exit 0", 0, "", ""), ("printf out; printf err >&2; exit 7", 7, "out", "err"), ("kill -9 $$", 137, "", ""),
            ("kill -15 $$", 143, "", ""), ("cat", 0, "", ""),
        ] as [(String, Int32, String, String)]
    )
    func `a program ends, and what it said is there`(
        script: String,
        status: Int32,
        output: String,
        errors: String
    ) async {
        guard case .ended(let ended, let said, let complaints) = await shell(script).run() else {
            Issue.record("it did not end: \(script)")
            return
        }
        #expect(ended == status)
        #expect(said == Array(output.utf8))
        #expect(complaints == errors)
    }

    @Test func `a program has its own variables, and no file or signal of ours`() async {
        let held = open("/dev/null", O_RDONLY)
        defer { close(held) }
        var program = shell("env | sort; ls /proc/self/fd; grep -E '^Sig(Blk|Ign)' /proc/self/status")
        program.environment["GREETING"] = "good morning"
        guard case .ended(0, let said, _) = await program.run() else {
            Issue.record("it did not end well")
            return
        }
        let lines = String(decoding: said, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines.contains("GREETING=good morning"))
        let hasHome = lines.contains { $0.hasPrefix("HOME=") }
        #expect(!hasHome)
        // The fourth is the folder that ls reads.
        let files = lines.compactMap { Int($0) }
        #expect(files.count == 4)
        let signals = lines.filter { $0.hasPrefix("Sig") }
        #expect(signals.count == 2)
        // The C library keeps 32 and 33 for itself and lets nobody reset them; who started the tests may ignore them.
        let own: UInt64 = 1 << 31 | 1 << 32
        for line in signals {
            let mask = line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
            #expect(mask.map { $0 & ~own } == 0, "\(line)")
        }
    }

    @Test func `a program that takes too long is ended with its children`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "pid").path
            guard case .timedOut = await shell("sleep 600 & echo $! > \(file); wait", within: .seconds(2)).run() else {
                Issue.record("it was not too late")
                return
            }
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let child = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            // Whoever takes over orphans may not have reaped it yet.
            try await eventually("the child is gone") {
                let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
                return status?.contains(") Z ") ?? true
            }
        }
    }

    @Test func `what children hold open does not keep us`() async {
        let start = ContinuousClock.now
        guard case .ended(0, let said, _) = await shell("sleep 30 & echo done").run() else {
            Issue.record("it did not end well")
            return
        }
        #expect(said == Array("done\n".utf8))
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func `a program ends, with its children, when the task that waits for it is cancelled`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "pid").path(percentEncoded: false)
            let program = shell("sleep 600 & echo $! > \(file).new; mv \(file).new \(file); wait")
            let running = Task { await program.run() }
            var child: pid_t = 0
            try await eventually("it runs") {
                child =
                    (try? String(contentsOfFile: file, encoding: .utf8))
                    .flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
                return child != 0
            }
            running.cancel()
            guard case .cancelled = await running.value else {
                Issue.record("it was not cancelled")
                return
            }
            // An orphan that has ended may wait for its new parent.
            try await eventually("its child has ended") {
                guard let status = try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8) else {
                    return true
                }
                return status.contains("State:\tZ")
            }
        }
    }

    @Test func `endless output ends the program`() async {
        guard case .tooMuchOutput = await shell("yes").run() else {
            Issue.record("it was not too much")
            return
        }
    }

    @Test func `a program that is not there says so`() async {
        guard case .notStarted(let reason) = await ChildProcess(path: "/nowhere/program", arguments: []).run() else {
            Issue.record("it was started")
            return
        }
        #expect(reason == SystemFailure(code: ENOENT).description)
    }

    @Test(
        arguments: [
            (0, .status(0), 0), (0x0100, .status(1), 1), (0xFF00, .status(255), 255), (9, .signal(9), 137),
            (0x8B, .signal(11), 139),
        ] as [(Int32, ProcessEnding, Int32)]
    )
    func `an ending is a status or a signal`(raw: Int32, ending: ProcessEnding, shellStatus: Int32) {
        #expect(ProcessEnding(waitStatus: raw) == ending)
        #expect(ProcessEnding(waitStatus: raw).shellStatus == shellStatus)
    }
}
