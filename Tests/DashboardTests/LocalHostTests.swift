// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Dashboard

/// Which requests name this machine as their host.
struct LocalHostTests {
    @Test(arguments: ["localhost", "localhost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:65535"])
    func `the names of loopback are local`(authority: String) { #expect(LocalHost.isNamed(by: authority)) }

    @Test(
        arguments: [
            nil, "", "example.com", "localhost.example.com", "127.0.0.1.example.com", "localhost:", "localhost:x",
            "localhost:123456", "localhost@example.com", "[::1]x", "::1", "127.0.0.2", "example.com:80/localhost",
        ] as [String?]
    )
    func `every other name is not`(authority: String?) { #expect(!LocalHost.isNamed(by: authority)) }
}
