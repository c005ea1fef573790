// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Processes
import SyncRecord
import SyncRender
import SyncSource
import Waiting

/// Reads and renders the repository, and remembers the last result: a poll is an ls-remote, a fetch happens only when the
/// tip moved, a render only when the folder's tree did.
package actor SourceStage {
    private let reader: SourceReader
    private var last: RenderedSet?
    /// The last commit that did not render, with the id of its folder's tree.
    private var failed: (treeID: String, failure: RenderFailure)?

    package init(reader: SourceReader) { self.reader = reader }

    /// Makes the mirror's folder and checks that it can be written.
    package func prepare() async throws(SourceError) { try await reader.prepare() }

    /// Where the ref points now; a branch or a range of versions that went back before `previous` is accepted only
    /// after further polls.
    package func poll(
        after previous: CommitInfo? = nil,
        rewinding: (@Sendable (SourceTip) -> Void)? = nil
    ) async throws(SourceError) -> SourceTip {
        try await reader.poll(after: previous?.id, from: previous?.ref ?? "", rewinding: rewinding)
    }

    /// How the tip follows from the commit that was synced last; fetches the tip when the mirror lacks it.
    package func relation(of tip: SourceTip, to previous: String) async throws(SourceError) -> CommitRelation {
        try await reader.relation(of: tip, to: previous)
    }

    /// The rendered set of the tip.
    ///
    /// - Throws: ``SourceError``; ``RenderFailure``, which is remembered as well; ``PassFailure`` when there is no thread to
    ///   render on, and when the task is cancelled. The last good result is kept.
    package func rendered(at tip: SourceTip) async throws -> RenderedSet {
        if let last, last.commit.id == tip.commitID { return last }
        if let failed, failed.failure.commit.id == tip.commitID { throw failed.failure }
        let snapshot = try await reader.snapshot(tip)
        reader.redactor.allow(paths: snapshot.files.lazy.map(\.path))
        if let last, last.treeID == snapshot.treeID {
            let same = RenderedSet(
                commit: snapshot.commit,
                treeID: last.treeID,
                objects: last.objects,
                notices: last.notices
            )
            self.last = same
            return same
        }
        if let failed, failed.treeID == snapshot.treeID {
            let same = RenderFailure(
                commit: snapshot.commit,
                problems: failed.failure.problems,
                count: failed.failure.count
            )
            self.failed = (snapshot.treeID, same)
            throw same
        }
        return try await render(snapshot)
    }

    private func render(_ snapshot: SourceSnapshot) async throws -> RenderedSet {
        let stop = StopRequest()
        let result: Result<RenderedSet, RenderFailure>
        do {
            result = try await withTaskCancellationHandler {
                try await onOwnThread { [redactor = reader.redactor] in
                    let result = Result { () throws(RenderFailure) in try Renderer.render(snapshot, stop: stop) }
                    SourceStage.teach(redactor, what: result, stop: stop)
                    return result
                }
            } onCancel: {
                stop.make()
            }
        } catch {
            throw notRendered(snapshot.commit, because: "\(error)")
        }
        // What was read until then is no result; the next look reads it anew.
        guard !stop.isMade else { throw notRendered(snapshot.commit, because: "it was stopped") }
        switch result {
        case .success(let rendered):
            last = rendered
            return rendered
        case .failure(let failure):
            failed = (snapshot.treeID, failure.forgetting)
            throw failure
        }
    }

    /// Tells the redactor the names and the Secrets of a commit, before its subject, its problems or its objects are shown
    /// anywhere. Names stand in git in clear: if they were masked, no message would say what it is about.
    private static func teach(
        _ redactor: Redactor,
        what result: Result<RenderedSet, RenderFailure>,
        stop: StopRequest
    ) {
        switch result {
        case .success(let set):
            redactor.allow(names: set.objects.lazy.flatMap { $0.object.id.names })
            for item in set.objects where !stop.isMade { redactor.register(secretObject: item.object) }
        case .failure(let failure):
            redactor.allow(names: failure.known.names)
            for secret in failure.known.secrets where !stop.isMade { redactor.register(secret: secret) }
        }
    }

    private func notRendered(_ commit: CommitInfo, because reason: String) -> PassFailure {
        PassFailure(stage: .render, message: "commit \(commit.shortID) was not rendered: \(reason)", isRetryable: true)
    }
}
