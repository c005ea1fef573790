// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the worker process is asked, as JSON on its standard input. Secrets travel here and nowhere else.
struct WorkerRequest: Codable, Sendable {
    enum Operation: String, Codable, Sendable {
        /// Where is the ref now? Downloads nothing.
        case list
        /// Bring `commit` into the mirror.
        case fetch
        /// How does `commit` follow from `previous`? Reads the mirror only.
        case relate
    }

    struct Ref: Codable, Sendable {
        enum Kind: String, Codable, Sendable { case branch, tag, commit, semver }
        let kind: Kind
        let name: String
    }

    struct Credentials: Codable, Sendable {
        let username: String?
        let password: String?
        let token: String?
        let bearerToken: String?
        let identity: String?
        let knownHosts: String?
        let authorities: String?
    }

    let operation: Operation
    let url: String
    let ref: Ref
    let credentials: Credentials?
    /// Holds the mirror, its lock and the worker's home.
    let folder: String
    /// 40 digits; for `fetch` and `relate`.
    var commit: String?
    /// 40 digits; for `relate` only.
    var previous: String?
    /// Throw the mirror away and clone again.
    var isFresh = false
    let limits: GitLimits
    /// Seconds until the worker ends itself, in case no process is left to end it.
    let deadline: Int
}

/// What the worker answers, as JSON on its standard output.
struct WorkerAnswer: Codable, Sendable {
    struct Failure: Codable, Sendable {
        let reason: GitError.Reason
        let message: String
    }

    var tip: GitTip?
    var relation: GitRelation?
    /// For `fetch`: whether the mirror is a new clone now.
    var isNewClone: Bool?
    var failure: Failure?
}

/// How a commit follows from another one.
package enum GitRelation: String, Sendable, Hashable, Codable {
    /// It can be reached from the other one's descendants: it continues it.
    case descendant
    /// The other one continues it.
    case ancestor
    /// Neither continues the other.
    case unrelated
    /// Not known, because the mirror does not hold both.
    case unknown
}

/// The commit that a ref names now.
package struct GitTip: Sendable, Hashable, Codable {
    /// 40 lower-case hexadecimal digits.
    package let commitID: String
    /// The short name of the branch or tag, or the commit itself.
    package let refName: String

    package init(commitID: String, refName: String) {
        self.commitID = commitID
        self.refName = refName
    }
}

/// What one repository may cost. More than that is refused with ``GitError/Reason/tooLarge``.
package struct GitLimits: Sendable, Hashable, Codable {
    /// Bytes received in one fetch, and of any file that the worker writes.
    package var packBytes = 2 << 30
    package var packObjects = 5_000_000
    /// One object of the history that git stores as a difference, unpacked: such objects are built in memory. What is
    /// deployed has a much lower limit of its own.
    package var objectBytes = 128 << 20
    /// Branches and tags that a server may list.
    package var refs = 200_000
    /// Bytes and packs of a mirror, above which it is cloned again: old packs are never merged.
    package var mirrorBytes = 4 << 30
    package var mirrorPacks = 200

    package init() {}
}

extension WorkerRequest.Ref {
    init(_ ref: GitRef) {
        switch ref {
        case .branch(let name): self.init(kind: .branch, name: name)
        case .tag(let name): self.init(kind: .tag, name: name)
        case .commit(let id): self.init(kind: .commit, name: id)
        case .semver(let range): self.init(kind: .semver, name: range)
        }
    }

    var value: GitRef {
        switch kind {
        case .branch: .branch(name)
        case .tag: .tag(name)
        case .commit: .commit(name)
        case .semver: .semver(name)
        }
    }
}

extension WorkerRequest.Credentials {
    init(_ credentials: GitCredentials) {
        username = credentials.username
        password = credentials.password
        token = credentials.token
        bearerToken = credentials.bearerToken
        identity = credentials.identity
        knownHosts = credentials.knownHosts
        authorities = credentials.authorities
    }
}
