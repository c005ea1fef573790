// SPDX-License-Identifier: Apache-2.0
import Dashboard
import Testing

/// What the port makes of the first bytes of a connection, before anybody parses them.
struct RequestHeadTests {
    private static func verdict(_ text: String, pieces size: Int = .max) -> RequestHead.Verdict {
        var head = RequestHead()
        var rest = Array(text.utf8)[...]
        var verdict = RequestHead.Verdict.incomplete
        while !rest.isEmpty, verdict == .incomplete {
            verdict = head.take(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return verdict
    }

    static let rows: [(String, RequestHead.Verdict)] = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", .complete(27)), ("HEAD / HTTP/1.0\n\n", .complete(17)),
        ("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n", .complete(18)),
        ("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", .complete(37)),
        ("GET / HTTP/1.1\r\nHost: a\r\n", .incomplete), ("GET / HTTP/1.1\r\n\r", .incomplete),
        ("POST / HTTP/1.1\r\n\r\n", .refused(.method)), ("BREW /pot HTTP/1.1\r\n\r\n", .refused(.method)),
        ("get / HTTP/1.1\r\n\r\n", .refused(.method)),
        ("GET / HTTP/1.1\r\nContent-Length: 300000000\r\n\r\n", .refused(.body)),
        ("GET / HTTP/1.1\r\nCONTENT-length:\t 1\r\n\r\n", .refused(.body)),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", .refused(.body)),
        ("\r\n\r\n", .refused(.malformed)), ("GET /\r\n\r\n", .refused(.malformed)),
        ("GET / HTTP/2.0\r\n\r\n", .refused(.malformed)), ("GET  / HTTP/1.1\r\n\r\n", .refused(.malformed)),
        ("\u{16}\u{3}\u{1}\n\n", .refused(.malformed)),
        ("GET / HTTP/1.1\r\nA: \(String(repeating: "x", count: 17_000))", .refused(.tooLong)),
        ("GET /\(String(repeating: "x", count: 17_000))", .refused(.tooLong)),
        ("GET / HTTP/1.1\r\nA: \(String(repeating: "x", count: 16_384 - 23))\r\n\r\n", .complete(16_384)),
        ("GET / HTTP/1.1\r\nA: \(String(repeating: "x", count: 16_384 - 22))\r\n\r\n", .refused(.tooLong)),
    ]

    @Test(arguments: rows.indices)
    func `a request is judged by its head, in whatever pieces it comes`(_ index: Int) {
        let (text, expected) = Self.rows[index]
        #expect(Self.verdict(text) == expected)
        #expect(Self.verdict(text, pieces: 1) == expected)
        #expect(Self.verdict(text, pieces: 7) == expected)
    }

    @Test func `no more than the limit is kept of a head without end`() {
        var head = RequestHead()
        for _ in 0..<100 { _ = head.take([UInt8](repeating: 0x78, count: 4096)) }
        #expect(head.bytes.count <= RequestHead.maxBytes + 1)
    }

    @Test(arguments: RequestHead.Refusal.allCases)
    func `a refusal says how long it is, and that the connection ends`(_ refusal: RequestHead.Refusal) {
        #expect(refusal.answer.hasPrefix("HTTP/1.1 \(refusal.rawValue)\r\n"))
        #expect(refusal.answer.hasSuffix("Content-Length: 0\r\nConnection: close\r\n\r\n"))
        #expect(refusal.answer.contains("Allow: GET, HEAD\r\n") == (refusal == .method))
    }
}
