// SPDX-License-Identifier: Apache-2.0

/// One request as the cluster saw it, before anything was done with it.
package struct RecordedRequest: Sendable, Hashable {
    /// `GET`, `PATCH`, …
    package let method: String
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; of a path that names no resource
    /// the method in lower case.
    package let verb: String
    /// Without the query.
    package let path: String
    /// The text behind `?`; empty when there is none.
    package let query: String
    /// The user's name; empty when the token is nobody's.
    package let user: String
    /// The `User-Agent` header; empty when absent.
    package let userAgent: String
    /// Requests that were being answered when this one came, itself among them; watches are not counted.
    package var inFlight = 1

    /// Whether it wants to change something; reviews (who am I, may I) and dry runs do not.
    package var isWrite: Bool {
        guard !["GET", "HEAD", "OPTIONS"].contains(method), !query.contains("dryRun=All") else { return false }
        return !path.contains("/selfsubject")
    }
}
