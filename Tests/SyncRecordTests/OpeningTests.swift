// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import GRDB
import SyncRecord
import TestKit
import Testing

@Suite struct OpeningTests {
    private func reason(
        _ folder: String,
        _ mode: History.Mode = .operate
    ) async -> (SyncRecord.RecordError.Reason, String)? {
        do throws(SyncRecord.RecordError) {
            try await History.open(folder: folder, mode: mode).close()
            return nil
        } catch {
            return (error.reason, error.description)
        }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `folder and files are for the owner alone`() async throws {
        try await withTemporaryFolder { parent in
            let folder = parent.appending(path: "deep/data").path
            let history = try await History.open(folder: folder, mode: .operate)
            try await history.sampleRun()
            #expect(try mode(folder) == 0o700)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(files.contains("history.sqlite-wal"))
            for file in files { #expect(try mode("\(folder)/\(file)") == 0o600, "\(file)") }
            try await history.close()
        }
    }

    @Test func `the file is in WAL mode and a commit waits for the disk`() async throws {
        try await withTemporaryFolder { folder in
            try await History.open(folder: folder.path, mode: .operate).close()
            let queue = try DatabaseQueue(path: folder.path + "/history.sqlite")
            #expect(try await queue.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
            try queue.close()
        }
    }

    @Test func `a second operator is refused until the first has closed`() async throws {
        try await withTemporaryFolder { folder in
            let first = try await History.open(folder: folder.path, mode: .operate)
            let refusal = try #require(await reason(folder.path))
            #expect(refusal.0 == .locked)
            #expect(refusal.1.contains(folder.path))
            #expect(refusal.1.contains("wait until it has ended, stop it, or choose another --data-dir"))
            #expect(await reason(folder.path, .inspect) == nil)
            try await first.close()
            #expect(await reason(folder.path) == nil)
        }
    }

    @Test(arguments: [History.Mode.command, .inspect])
    func `only an operator begins a history`(mode: History.Mode) async throws {
        try await withTemporaryFolder { folder in
            let refusal = try #require(await reason(folder.path, mode))
            #expect(refusal.0 == .missing)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test func `an inspector writes nothing`() async throws {
        try await withTemporaryFolder { folder in
            let operating = try await History.open(folder: folder.path, mode: .operate)
            try await operating.sampleRun()
            try await operating.close()
            let inspecting = try await History.open(folder: folder.path, mode: .inspect)
            #expect(try await inspecting.runs().count == 1)
            await #expect(throws: SyncRecord.RecordError.self) {
                try await inspecting.setSuspended(true, project: "posts", person: "eve")
            }
            try await inspecting.close()
        }
    }

    @Test func `P4: a folder that cannot be written is named, and nothing runs without an audit`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path
            #expect(chmod(path, 0o555) == 0)
            defer { chmod(path, 0o755) }
            await #expect(processExitsWith: .exitCode(42)) { [path = path as String] in
                // The superuser may write anywhere: become somebody else.
                if geteuid() == 0, setgid(65534) != 0 || setuid(65534) != 0 { exit(3) }
                do throws(SyncRecord.RecordError) {
                    _ = try await History.open(folder: path, mode: .operate)
                    exit(1)
                } catch {
                    exit(error.reason == .notWritable && error.description.contains(path) ? 42 : 2)
                }
            }
        }
    }

    @Test func `P4: a folder whose file belongs to somebody else is named`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path
            try await History.open(folder: path, mode: .operate).close()
            #expect(chmod(path, 0o777) == 0)
            guard geteuid() == 0 else {
                #expect(chmod(path + "/history.sqlite", 0o400) == 0)
                #expect(await reason(path)?.0 == .notWritable)
                return
            }
            await #expect(processExitsWith: .exitCode(42)) { [path = path as String] in
                if setgid(65534) != 0 || setuid(65534) != 0 { exit(3) }
                do throws(SyncRecord.RecordError) {
                    _ = try await History.open(folder: path, mode: .operate)
                    exit(1)
                } catch {
                    exit(error.reason == .notWritable && error.description.contains(path) ? 42 : 2)
                }
            }
        }
    }

    @Test func `a path that is a file is refused`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path + "/file"
            try Data("x".utf8).write(to: URL(filePath: path))
            #expect(await reason(path)?.0 == .notWritable)
        }
    }

    @Test func `who only looks at a damaged file is told what begins a new one`() async throws {
        try await withTemporaryFolder { folder in
            try await History.open(folder: folder.path, mode: .operate).close()
            let junk = Data(String(repeating: "not a database ", count: 1000).utf8)
            try junk.write(to: URL(filePath: folder.path + "/history.sqlite"))
            let refusal = try #require(await reason(folder.path, .inspect))
            #expect(refusal.0 == .corrupt)
            let remedy = "a sync, or a restart of the operator, keeps it aside and begins a new one"
            #expect(refusal.1.contains(remedy), "\(refusal.1)")
        }
    }

    @Test(arguments: ["no database at all", "torn page", "cut in half"])
    func `P5: a damaged file is moved aside and named by the new chain`(damage: String) async throws {
        try await withTemporaryFolder { folder in
            let first = try await History.open(folder: folder.path, mode: .operate)
            for _ in 1...40 { try await first.sampleRun() }
            try await first.close()
            let path = folder.path + "/history.sqlite"
            var bytes = try Data(contentsOf: URL(filePath: path))
            switch damage {
            case "torn page":
                let noise = Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31) })
                for page in 2...4 { bytes.replaceSubrange(page * 4096..<(page + 1) * 4096, with: noise) }
            case "cut in half": bytes = bytes.prefix(bytes.count / 2)
            default: bytes = Data(String(repeating: "not a database ", count: 1000).utf8)
            }
            try bytes.write(to: URL(filePath: path))
            let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()

            let second = try await History.open(folder: folder.path, mode: .operate)
            let notice = try #require(second.notices.first)
            #expect(notice.contains("damaged"))
            #expect(notice.contains(hash))
            let aside = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).first {
                    $0.hasPrefix("history.sqlite.damaged-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
                }
            )
            #expect(try Data(contentsOf: URL(filePath: "\(folder.path)/\(aside)")) == bytes)
            #expect(try await second.runs().isEmpty)
            try await second.sampleRun()
            guard case .intact = try await second.verify() else {
                Issue.record("the new chain must be intact")
                return
            }
            try await second.close()
            let queue = try DatabaseQueue(path: path)
            let payload = try await queue.read {
                try String.fetchOne($0, sql: "SELECT payload FROM audit WHERE sequence = 1")
            }
            #expect(payload?.contains(hash) == true)
            #expect(payload?.contains(aside) == true)
            try queue.close()
        }
    }

    @Test func `a file of a newer version is left alone`() async throws {
        try await withTemporaryFolder { folder in
            try await History.open(folder: folder.path, mode: .operate).close()
            try tamper(folder.path, "INSERT INTO grdb_migrations VALUES ('v999')")
            #expect(await reason(folder.path)?.0 == .newerFormat)
            #expect(await reason(folder.path, .inspect)?.0 == .newerFormat)
        }
    }

    @Test func `a symbolic link is not followed`() async throws {
        try await withTemporaryFolder { folder in
            let target = folder.path + "/elsewhere"
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/history.sqlite",
                withDestinationPath: target
            )
            #expect(await reason(folder.path)?.0 == .notWritable)
            #expect(!FileManager.default.fileExists(atPath: target))
        }
    }
}
