// SPDX-License-Identifier: Apache-2.0
import SyncRecord
import SyncRender
import SyncSource

/// Reads and renders the repository, and remembers the last result: a poll is an ls-remote, a fetch happens only when the
/// tip moved, a render only when the folder's tree did.
package actor SourceStage {
    private let reader: SourceReader
    private var last: RenderedSet?

    package init(reader: SourceReader) { self.reader = reader }

    /// Makes the mirror's folder and looks whether it can be written.
    package func prepare() async throws(SourceError) { try await reader.prepare() }

    /// Where the ref points now; a branch or a range of versions that went back before `previous` is believed only after
    /// further looks.
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

    /// What the tip wants.
    ///
    /// - Throws: ``SourceError`` or ``RenderFailure``; the last good result is kept for the next call.
    package func rendered(at tip: SourceTip) async throws -> RenderedSet {
        if let last, last.commit.id == tip.commitID { return last }
        let snapshot = try await reader.snapshot(tip)
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
        let rendered = try await onOwnThread {
            Result { () throws(RenderFailure) in try Renderer.render(snapshot) }
        }.get()
        last = rendered
        return rendered
    }
}
