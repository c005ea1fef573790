// SPDX-License-Identifier: Apache-2.0
import Dashboard
import Testing

/// What `--listen` takes, and on which addresses the pages are served.
struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", true), ("127.1.2.3:1", true), ("localhost:0", true), ("[::1]:8080", true),
        ("127.example.com:8080", false), ("127.0.0.1.example.com:8080", false), ("127.0.0.256:8080", false),
        ("127.1:8080", false), (":8080", false), ("0.0.0.0:8080", false), ("[::]:8080", false), ("10.0.0.1:80", false),
    ])
    func `pages are served on this machine's own addresses only`(_ text: String, _ isLoopback: Bool) throws {
        #expect(try #require(DashboardServer.Address(text)).isLoopback == isLoopback)
    }

    @Test(arguments: ["", "8080", "localhost", "localhost:", "localhost:http", "localhost:65536", "localhost:-1"])
    func `what is no address and port is refused`(_ text: String) {
        #expect(DashboardServer.Address(text) == nil)
    }
}
