// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import LabTool

/// The README's first command.
@Suite(.timeLimit(.minutes(5)))
struct DemoTests {
    @Test func `the demo walks through the product to its end`() async throws {
        try await withTool { tool in
            let result = try await tool.lab.run("demo", "--once")
            #expect(result.status == 0, "\(result.output.suffix(2_000)) \(result.errors)")
            for step in 1...8 { #expect(result.output.contains("\n\(step). "), "step \(step) is missing") }
            #expect(result.output.contains("(was set by kubectl (scale) at "))
            let pushed = "a Namespace, a ConfigMap, two Deployments, five Services of all four types, an Ingress"
            #expect(result.output.contains(pushed) && result.output.contains(" 10 objects created"))
            #expect(result.output.contains("the audit chain is intact"))
        }
    }

    @Test(arguments: [
        ("/srv/.build/debug/sternpost-lab", "/srv/.build/x/debug/sternpost-lab", "/srv/.build/debug/sternpost"),
        ("sternpost-lab", "/usr/local/bin/sternpost-lab", "/usr/local/bin/sternpost"),
    ])
    func `what to type next is named by its whole path`(_ word: String, _ path: String, _ expected: String) {
        #expect(DemoCommand.neighbour(startedAs: word, at: path) == expected)
    }

    @Test func `a demo whose port is taken does not start`() async throws {
        try await withTool { tool in
            try await withStubServer({ _ in [] }) { server in
                let result = try await tool.lab.run("demo", "--once", "--listen", "127.0.0.1:\(server.port)")
                #expect(result.status == 2)
                #expect(result.errors.contains("cannot listen on 127.0.0.1:\(server.port)"), "\(result.errors)")
                #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
            }
        }
    }
}
