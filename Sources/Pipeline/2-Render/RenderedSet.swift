// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import SyncSource

/// The place in the repository where something is written.
package struct Origin: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    /// Path from the repository's root.
    package let file: String
    /// Line, from 1.
    package let line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// `infra/web.yaml:12`.
    package var description: String { "\(file):\(line)" }

    /// By path, in byte order, then by line.
    package static func < (left: Origin, right: Origin) -> Bool {
        if left.file != right.file { return left.file.precedesInByteOrder(right.file) }
        return left.line < right.line
    }
}

/// An object that the commit declares, and where. The object is as written: no namespace or label is added yet.
package struct RenderedObject: Sendable, Hashable {
    package let object: KubeObject
    package let origin: Origin

    package init(object: KubeObject, origin: Origin) {
        self.object = object
        self.origin = origin
    }
}

/// Everything that one commit declares, in the order of the files and of the documents in them. Always complete.
package struct RenderedSet: Sendable, Hashable {
    package let commit: CommitInfo
    package let treeID: String
    package let objects: [RenderedObject]
    /// Files that were passed over on purpose (`kustomization.yaml`, `Chart.yaml`, …) with the reason, ascending by path. Of
    /// many the first ones, and one that says how many more there are.
    package let notices: [RenderNotice]

    package init(commit: CommitInfo, treeID: String, objects: [RenderedObject], notices: [RenderNotice]) {
        self.commit = commit
        self.treeID = treeID
        self.objects = objects
        self.notices = notices
    }
}

/// A remark for people that is not an error: a file passed over, a field removed.
package struct RenderNotice: Sendable, Hashable, Codable {
    package let origin: Origin
    package let message: String

    package init(origin: Origin, message: String) {
        self.origin = origin
        self.message = message.shown(atMost: RenderProblem.maxLetters)
    }
}

/// One thing in the files that keeps the commit from being rendered.
package struct RenderProblem: Sendable, Hashable, Codable, CustomStringConvertible {
    package let origin: Origin
    /// What is wrong and why, one line; never a Secret's value.
    package let problem: String
    /// What to do about it, one line; empty when the problem needs none.
    package let remedy: String

    /// Limits the length: problems contain names and kinds from git, which may be of any length.
    static let maxLetters = 1000

    package init(origin: Origin, problem: String, remedy: String) {
        self.origin = origin
        self.problem = problem.shown(atMost: RenderProblem.maxLetters)
        self.remedy = remedy.shown(atMost: RenderProblem.maxLetters)
    }

    /// `infra/web.yaml:12: problem; remedy`.
    package var description: String { "\(origin): \(problem)\(remedy.isEmpty ? "" : "; \(remedy)")" }
}

/// Why a commit gave no rendered set: the problems of all files, ascending by origin. Nothing of it may be applied.
package struct RenderFailure: Error, Sendable, Hashable {
    package let commit: CommitInfo
    /// Never empty. Of many the first ones, and one that says how many more there are.
    package let problems: [RenderProblem]
    /// How many problems there are, listed or not.
    package let count: Int
    /// What could be read of the commit all the same: nothing of it is applied.
    package let known: Known

    /// What a redactor must know of a commit before a word about it is shown.
    package struct Known: Sendable, Hashable {
        /// The Secrets, those with problems too; any order.
        package var secrets: [JSON] = []
        /// Names of objects.
        package var names: Set<String> = []

        package init() {}
    }

    package init(commit: CommitInfo, problems: [RenderProblem], count: Int, known: Known = Known()) {
        self.commit = commit
        self.problems = problems
        self.count = count
        self.known = known
    }

    /// The same without ``known``, which takes the memory of a commit.
    package var forgetting: RenderFailure { RenderFailure(commit: commit, problems: problems, count: count) }
}
