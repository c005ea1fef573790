// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import Testing

struct ProxyTests {
    @Test(arguments: [
        ("https://api.example.com:6443", "", "http://proxy:3128"),
        ("https://api.example.com:6443", "example.com", ""),
        ("https://api.example.com:6443", ".example.com", ""),
        ("https://example.com", ".example.com", "http://proxy:3128"),
        ("https://badexample.com", "example.com", "http://proxy:3128"),
        ("https://api.example.com:6443", "api.example.com:6443", ""),
        ("https://api.example.com:6443", "api.example.com:443", "http://proxy:3128"),
        ("https://10.1.2.3:6443", "10.0.0.0/8", ""),
        ("https://11.1.2.3:6443", "10.0.0.0/8", "http://proxy:3128"),
        ("https://10.1.2.3", "192.168.0.1, 10.1.2.3", ""),
        ("https://[fd00::1]:6443", "fd00::/8", ""),
        ("https://[fd00::1]:6443", "fd00::1", ""),
        ("https://127.0.0.1:6443", "", ""),
        ("https://localhost:6443", "", ""),
        ("https://[::1]:6443", "", ""),
        ("https://anything.example", "*", ""),
        ("http://plain.example", "", ""),
    ])
    func `the environment chooses the way to a server`(url: String, exempt: String, expected: String) {
        let environment = ["HTTPS_PROXY": "proxy:3128", "NO_PROXY": exempt]
        let proxy = HTTPProxy.fromEnvironment(for: url, environment: environment)
        #expect(proxy == (expected.isEmpty ? .none : .url(expected)))
    }

    @Test func `small letters count when the large ones are empty`() {
        let environment = ["HTTPS_PROXY": "", "https_proxy": "socks5://p:1080", "no_proxy": "other.example"]
        #expect(
            HTTPProxy.fromEnvironment(for: "https://a.example", environment: environment) == .url("socks5://p:1080")
        )
        #expect(HTTPProxy.fromEnvironment(for: "https://other.example", environment: environment) == .none)
    }
}
