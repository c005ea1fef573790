// SPDX-License-Identifier: Apache-2.0
import KubeObjects

@testable import HTTPWire
@testable import KubeClient

/// Header lines, and the values in them that mean something to us.
enum HTTPFuzz {
    static func head(_ bytes: [UInt8]) {
        let transfer = Transfer(HTTPRequest(url: "http://127.0.0.1/"), delivery: .stream(StreamBuffer(capacity: 1)))
        var taken = 0
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let count = line.withUnsafeBytes { transfer.receive(headerLine: $0) }
            guard count == line.count else { break }
            taken += count
        }
        require(taken <= Transfer.maxHeaderBytes, "more header bytes than allowed")
        let text = String(decoding: bytes.prefix(4096), as: UTF8.self)
        for name in ["Retry-After", "Warning", "Content-Type"] {
            values(HTTPHead(status: 429, headers: [HTTPHeader(name, text)]))
        }
        if let origin = HTTPOrigin(url: text) {
            require((1...65_535).contains(origin.port) && !origin.host.isEmpty, "an origin that is none")
        }
        _ = HTTPProxy.fromEnvironment(for: "https://api.example.com:6443", environment: ["NO_PROXY": text])
    }

    private static func values(_ head: HTTPHead) {
        _ = head.mediaType
        let request = KubeRequest(method: "PATCH", path: "/api/v1/x", safety: .idempotent)
        let error = KubeError(answer: HTTPResponse(head: head, body: []), to: request)
        var policy = RetryPolicy(request: request, options: KubeClientOptions())
        if let wait = policy.delay(after: error, elapsed: .zero) {
            require(wait >= .zero && wait <= KubeClientOptions().retryBudget, "a wait of \(wait)")
        }
    }
}
