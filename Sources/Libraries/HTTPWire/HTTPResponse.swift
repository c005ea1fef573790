// SPDX-License-Identifier: Apache-2.0

/// The status line and the headers of an answer.
package struct HTTPHead: Sendable, Hashable {
    package let status: Int
    /// In the order of arrival; repeated names stay apart.
    package let headers: [HTTPHeader]

    package init(status: Int, headers: [HTTPHeader]) {
        self.status = status
        self.headers = headers
    }

    /// The first value of a header, or nil. The name's case does not matter.
    package func header(_ name: String) -> String? { values(of: name).first }

    /// All values of a header, in order.
    package func values(of name: String) -> [String] {
        let wanted = name.lowercased()
        return headers.filter { $0.name.lowercased() == wanted }.map(\.value)
    }

    /// The media type without parameters, in small letters; empty when there is none.
    package var mediaType: String {
        let value = header("content-type") ?? ""
        return String(value.prefix { $0 != ";" && $0 != " " }).lowercased()
    }
}

/// A whole answer. That it is complete in the sense of HTTP does not prove that the body is: parse it to the end.
package struct HTTPResponse: Sendable {
    package let head: HTTPHead
    package let body: [UInt8]

    package init(head: HTTPHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }

    package var status: Int { head.status }
}
