// SPDX-License-Identifier: Apache-2.0

/// The commit that a ref names now, according to the server.
package struct SourceTip: Sendable, Hashable {
    /// 40 lower-case hexadecimal digits.
    package let commitID: String
    /// `main`, `v1.2.0`, or the commit itself.
    package let refName: String

    package init(commitID: String, refName: String) {
        self.commitID = commitID
        self.refName = refName
    }
}
