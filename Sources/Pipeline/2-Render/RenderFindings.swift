// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// The results of several files, in their order: all objects, and the first of the problems and notices.
struct RenderFindings: Sendable {
    private(set) var objects: [RenderedObject] = []
    /// Secrets with problems, which are no objects of the commit.
    private var faultySecrets: [JSON] = []
    private var problems: CappedList<RenderProblem>
    private var notices: CappedList<RenderNotice>

    init(limits: RenderLimits) {
        problems = CappedList(limit: limits.maxProblems)
        notices = CappedList(limit: limits.maxProblems)
    }

    /// How many problems there are, listed or not.
    var problemCount: Int { problems.count }

    mutating func add(_ object: RenderedObject) { objects.append(object) }
    mutating func add(faultySecret: JSON) { faultySecrets.append(faultySecret) }
    mutating func add(_ problem: RenderProblem) { problems.append(problem) }
    mutating func add(_ notice: RenderNotice) { notices.append(notice) }

    /// Adds the results of further files.
    mutating func add(_ other: RenderFindings) {
        objects += other.objects
        faultySecrets += other.faultySecrets
        problems.append(contentsOf: other.problems)
        notices.append(contentsOf: other.notices)
    }

    /// Counts problems that are not listed.
    mutating func count(moreProblems: Int) { problems.count(more: moreProblems) }

    /// Sorts the problems by their place.
    mutating func sortProblems() { problems.sort { $0.origin < $1.origin } }

    /// Drops the objects, when only the problems are needed.
    mutating func forgetObjects() {
        objects = []
        faultySecrets = []
    }

    /// What could be read, for a commit that does not render.
    var known: RenderFailure.Known {
        var known = RenderFailure.Known()
        known.secrets = faultySecrets + objects.map(\.object).filter(\.gvk.groupKind.isSecret).map(\.json)
        for rendered in objects { known.names.formUnion(rendered.object.id.names) }
        return known
    }

    /// The problems in the order of their places; a last one says how many more there are.
    var toldProblems: [RenderProblem] {
        let told = problems.elements.sorted { $0.origin < $1.origin }
        return told + RenderProblem.more(problems.more, behind: told.last)
    }

    /// The notices in the order of their places; a last one says how many more there are.
    var toldNotices: [RenderNotice] {
        let told = notices.elements.sorted { $0.origin < $1.origin }
        return told + RenderNotice.more(notices.more, behind: told.last)
    }
}

extension RenderProblem {
    /// The problem that says how many more there are; none for 0.
    package static func more(_ count: Int, behind last: RenderProblem?) -> [RenderProblem] {
        guard count > 0, let last else { return [] }
        let problem = "and \(count.counted("more problem"))"
        return [RenderProblem(origin: last.origin, problem: problem, remedy: "correct these first")]
    }
}

extension RenderNotice {
    /// The notice that says how many more there are; none for 0.
    package static func more(_ count: Int, behind last: RenderNotice?) -> [RenderNotice] {
        guard count > 0, let last else { return [] }
        return [RenderNotice(origin: last.origin, message: "and \(count.counted("more note"))")]
    }
}
