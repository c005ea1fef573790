// SPDX-License-Identifier: Apache-2.0

/// The bytes of a request up to the blank line behind its headers, as they come in; judged before anybody parses them.
package struct RequestHead: Sendable {
    /// The most bytes of request line and headers together.
    package static let maxBytes = 16 << 10

    /// What is known after some bytes.
    package enum Verdict: Sendable, Hashable {
        /// The blank line has not come yet.
        case incomplete
        /// The request may be answered; its head has so many bytes.
        case complete(Int)
        case refused(Refusal)
    }

    /// Why a request gets no answer of ours.
    package enum Refusal: String, Sendable, Hashable, CaseIterable {
        case malformed = "400 Bad Request"
        case method = "405 Method Not Allowed"
        case late = "408 Request Timeout"
        case body = "413 Content Too Large"
        case tooLong = "431 Request Header Fields Too Large"

        /// The whole answer; it has no body, so it fits every method.
        package var answer: String {
            let allow = self == .method ? "Allow: GET, HEAD\r\n" : ""
            return "HTTP/1.1 \(rawValue)\r\n\(allow)Content-Length: 0\r\nConnection: close\r\n\r\n"
        }
    }

    /// What has come so far; never more than one byte above the limit.
    package private(set) var bytes: [UInt8] = []
    private var searched = 0

    package init() {}

    /// Takes the next bytes of a connection. What stands behind the head is left out.
    package mutating func take(_ piece: some Collection<UInt8>) -> Verdict {
        bytes.append(contentsOf: piece.prefix(RequestHead.maxBytes + 1 - bytes.count))
        guard let end = endOfHead() else {
            return bytes.count > RequestHead.maxBytes ? .refused(.tooLong) : .incomplete
        }
        guard end <= RequestHead.maxBytes else { return .refused(.tooLong) }
        if let refusal = RequestHead.refusal(of: bytes[..<end]) { return .refused(refusal) }
        return .complete(end)
    }

    /// The index behind the blank line; looks at each byte once, however small the pieces are.
    private mutating func endOfHead() -> Int? {
        let newline = UInt8(ascii: "\n"), carriage = UInt8(ascii: "\r")
        while searched < bytes.count {
            defer { searched += 1 }
            guard bytes[searched] == newline, searched > 0 else { continue }
            if bytes[searched - 1] == newline { return searched + 1 }
            if searched > 1, bytes[searched - 1] == carriage, bytes[searched - 2] == newline { return searched + 1 }
        }
        return nil
    }

    private static func refusal(of head: ArraySlice<UInt8>) -> Refusal? {
        let lines = String(decoding: head, as: UTF8.self).split(
            omittingEmptySubsequences: false,
            whereSeparator: \.isNewline
        )
        let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2].hasPrefix("HTTP/1."), !words[0].isEmpty else { return .malformed }
        guard words[0] == "GET" || words[0] == "HEAD" else { return .method }
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].filter { $0 != " " && $0 != "\t" }
            switch line[..<colon].lowercased() {
            case "transfer-encoding": return .body
            case "content-length" where value != "0": return .body
            default: continue
            }
        }
        return nil
    }
}
