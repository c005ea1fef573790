// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncRecord
import TestKit
import Testing

/// Lets the process have no file descriptors but so many; gives those that stand in the way.
private func takeDescriptors(leaving free: Int) -> [Int32] {
    let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(kind, &limit) == 0 else { exit(90) }
    limit.rlim_cur = min(limit.rlim_max, 128)
    guard setrlimit(kind, &limit) == 0 else { exit(91) }
    var taken: [Int32] = []
    while true {
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { break }
        taken.append(descriptor)
    }
    guard taken.count > free else { exit(92) }
    for descriptor in taken.suffix(free) { close(descriptor) }
    return taken.dropLast(free)
}

/// More free ones than an opening takes.
private let enough = 12

/// Why the history cannot be opened; nil when it can.
private func refusal(_ folder: String, _ mode: History.Mode) async -> String? {
    do throws(RecordError) {
        try await History.open(folder: folder, mode: mode).close()
        return nil
    } catch {
        return error.description
    }
}

@Suite struct FewDescriptorsTests {
    @Test func `P10: a history that cannot be opened for want of descriptors says so, however few are missing`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let path = folder.path
            let history = try await History.open(folder: path, mode: .operate)
            try await history.sampleRun()
            try await history.close()
            await #expect(processExitsWith: .exitCode(42)) { [path = path as String] in
                var said: [String] = []
                for mode in [History.Mode.operate, .inspect] {
                    for free in 0...enough {
                        let taken = takeDescriptors(leaving: free)
                        let words = await refusal(path, mode)
                        for descriptor in taken { close(descriptor) }
                        said.append(words ?? "")
                    }
                }
                try said.joined(separator: "\n").write(toFile: path + ".said", atomically: true, encoding: .utf8)
                exit(42)
            }
            defer { unlink(path + ".said") }
            let said = try String(contentsOfFile: path + ".said", encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false)
            let count = enough + 1
            try #require(said.count == 2 * count)
            for answers in [said.prefix(count), said.suffix(count)] {
                #expect(answers.first?.isEmpty == false && answers.last?.isEmpty == true, "\(answers)")
                for words in answers where !words.isEmpty {
                    #expect(words.contains("out of file descriptors (Too many open files)"), "\(words)")
                    #expect(!words.contains("owner and mode"), "\(words)")
                }
            }
        }
    }
}
