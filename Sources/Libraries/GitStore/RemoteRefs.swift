// SPDX-License-Identifier: Apache-2.0
import PlainText

/// One line of a server's list of refs.
struct RemoteRef: Sendable, Hashable {
    /// `refs/heads/main`; a peeled tag ends with `^{}`.
    let name: String
    /// 40 digits.
    let id: String
}

/// A server's branches and tags, and which of them a ``GitRef`` means.
struct RemoteRefs: Sendable {
    private let ids: [String: String]

    init(_ refs: [RemoteRef]) {
        ids = Dictionary(refs.map { ($0.name, $0.id) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Throws: ``GitError`` with reason `missingRef` that names what exists, or `configuration`.
    func tip(of ref: GitRef) throws(GitError) -> GitTip {
        switch ref {
        case .branch(let name):
            guard let id = ids["refs/heads/" + name] else {
                throw missing("branch", name, below: "refs/heads/", "branches")
            }
            return GitTip(commitID: id, refName: name)
        case .tag(let name):
            guard let id = tagged(name) else { throw missing("tag", name, below: "refs/tags/", "tags") }
            return GitTip(commitID: id, refName: name)
        case .semver(let text):
            let range = try VersionRange(text)
            guard let name = range.highest(of: names(below: "refs/tags/")), let id = tagged(name) else {
                throw missing("version tag", text, below: "refs/tags/", "tags")
            }
            return GitTip(commitID: id, refName: name)
        case .commit(let id):
            return GitTip(commitID: id, refName: id)
        }
    }

    /// An annotated tag is listed twice: as itself and, with `^{}`, as the commit that it names.
    private func tagged(_ name: String) -> String? { ids["refs/tags/\(name)^{}"] ?? ids["refs/tags/\(name)"] }

    private func names(below prefix: String) -> [String] {
        ids.keys.filter { $0.hasPrefix(prefix) && !$0.hasSuffix("^{}") }.map { String($0.dropFirst(prefix.count)) }
    }

    private func missing(_ kind: String, _ name: String, below prefix: String, _ plural: String) -> GitError {
        let found = names(below: prefix).sorted()
        let shown = found.prefix(10).map { OneLine.text($0, limit: 60) }.joined(separator: ", ")
        let list =
            found.isEmpty
            ? "it has no \(plural) at all"
            : "it has the \(plural) \(shown)" + (found.count > 10 ? ", and \(found.count - 10) more" : "")
        return GitError(
            .missingRef,
            "the repository has no \(kind) \(OneLine.text(name, limit: 60)); \(list); push it or change ref"
        )
    }
}
