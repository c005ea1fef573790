// SPDX-License-Identifier: Apache-2.0

/// The parts of a request's target.
///
/// kubectl sends no bearer token over plain HTTP, so a token may also stand before the path, as `/as/TOKEN/api/…`: that is
/// how the kubeconfigs of the embedded cluster spell the server.
struct RequestAddress: Sendable, Hashable {
    /// The token before the path; nil when there is none.
    let token: String?
    /// The raw path behind the token.
    let path: String
    /// The text behind `?`; empty when there is none.
    let query: String

    init(_ target: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        query = parts.count > 1 ? String(parts[1]) : ""
        let segments = parts[0].split(separator: "/", maxSplits: 2)
        if segments.count > 1, segments[0] == "as" {
            token = String(segments[1])
            path = segments.count > 2 ? "/\(segments[2])" : "/"
        } else {
            token = nil
            path = String(parts[0])
        }
    }

    /// The URL prefix that carries a token.
    static func prefix(token: String) -> String { "/as/\(token)" }
}
