// SPDX-License-Identifier: Apache-2.0

/// What of a repository is followed.
package enum GitRef: Sendable, Hashable {
    /// The tip of `refs/heads/<name>`.
    case branch(String)
    /// `refs/tags/<name>`, peeled to its commit when the tag is annotated.
    case tag(String)
    /// One commit for ever: 40 hexadecimal digits.
    case commit(String)
    /// The highest version tag inside the range, such as `>=1.2 <2`, `^1.2`, `~1.2` or `1.x`. Tags may start with `v`.
    case semver(String)
}

extension GitRef: CustomStringConvertible {
    /// `branch main`, `tag v1.2`, `commit 1234…`, `semver ^1.2`.
    package var description: String {
        switch self {
        case .branch(let name): "branch \(name)"
        case .tag(let name): "tag \(name)"
        case .commit(let id): "commit \(id)"
        case .semver(let range): "semver \(range)"
        }
    }
}
