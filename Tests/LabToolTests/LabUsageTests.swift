// SPDX-License-Identifier: Apache-2.0
import CommandLineTool
import TestKit
import Testing

/// Words on the command line of `sternpost-lab`.
@Suite(.timeLimit(.minutes(2)))
struct LabUsageTests {
    @Test func `the version is that of sternpost`() async throws {
        try await withTool { tool in
            let result = try await tool.lab.run("--version")
            #expect(result.status == 0)
            #expect(result.output == "sternpost-lab \(Sternpost.version)\n")
            #expect(result.errors.isEmpty)
        }
    }

    @Test func `help names its commands, and none of sternpost`() async throws {
        try await withTool { tool in
            let result = try await tool.lab.run("--help")
            #expect(result.status == 0)
            for command in ["demo", "cluster"] { #expect(result.output.contains("\n  \(command) ")) }
            for command in ["sync", "run"] { #expect(!result.output.contains("\n  \(command) ")) }
        }
    }

    @Test(arguments: [
        ["frobnicate"], ["sync", "--repo", "r"], ["cluster"], ["demo", "--listen", "nowhere"],
        ["demo", "--once", "--once"], ["cluster", "--write-kubeconfig", "k", "--port", "70000"],
    ])
    func `what cannot start ends with status 2 and says why on standard error`(arguments: [String]) async throws {
        try await withTool { tool in
            let result = try await Tool.finish(try tool.lab.process(arguments), folder: tool.folder)
            #expect(result.status == 2)
            #expect(!result.isKilled)
            #expect(result.output.isEmpty)
            #expect(!result.errors.isEmpty)
        }
    }
}
