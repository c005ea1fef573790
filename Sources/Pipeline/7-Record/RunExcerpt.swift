// SPDX-License-Identifier: Apache-2.0

/// One run as far as a page can show it. No more of it is read than is shown, however large it is.
package struct RunExcerpt: Sendable, Hashable {
    /// How many rows of each kind there are beside those that were read.
    package struct LeftOut: Sendable, Hashable {
        package var objects = 0
        package var messages = 0
        package var problems = 0
        package var mutations = 0
        /// 1 when the list of what waits for approval is too long to be read here.
        package var holds = 0
        /// 1 when the list of what is not healthy is.
        package var healths = 0

        package init() {}
    }

    /// What was read: of the objects the first, with the beginnings of their differences. The writes stand there only of an
    /// image rollout, and the notices do not.
    package let detail: RunDetail
    package let leftOut: LeftOut
}

/// How much of a run is read for an excerpt.
package struct ExcerptLimits: Sendable, Hashable {
    /// The most rows of one kind.
    package var rows = 200
    /// The most bytes of the rows of one kind together, as they are stored.
    package var bytes = 4 << 20
    /// A row with more bytes is not read.
    package var rowBytes = 2 << 20
    /// The most of one object's difference.
    package var diffBytes = 16 << 10
    package var diffLines = 400

    package init() {}
}

extension RunDetail {
    /// The same with the beginnings of the objects' differences.
    func shortened(to limits: ExcerptLimits) -> RunDetail {
        RunDetail(
            run: run,
            treeID: treeID,
            step: step,
            objects: objects.map { $0.shortened(to: limits) },
            mutations: mutations,
            problems: problems,
            notices: notices,
            messages: messages,
            health: health,
            hold: hold
        )
    }
}

extension RecordedObject {
    fileprivate func shortened(to limits: ExcerptLimits) -> RecordedObject {
        RecordedObject(
            id: id,
            apiVersion: apiVersion,
            action: action,
            error: error,
            isRetryable: isRetryable,
            origin: origin,
            changes: changes,
            diff: diff?.beginning(maxLines: limits.diffLines, maxBytes: limits.diffBytes),
            warnings: warnings,
            durationMilliseconds: durationMilliseconds
        )
    }
}
