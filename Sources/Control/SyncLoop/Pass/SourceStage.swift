// SPDX-License-Identifier: Apache-2.0
import SyncRender
import SyncSource

/// Reads and renders the repository, and remembers the last result: a poll is an ls-remote, a fetch happens only when the
/// tip moved, a render only when the folder's tree did.
package actor SourceStage {
    private let reader: SourceReader
    private var last: RenderedSet?

    package init(reader: SourceReader) { self.reader = reader }

    /// Where the ref points now.
    package func poll() async throws(SourceError) -> SourceTip { try await reader.poll() }

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
        let rendered = try Renderer.render(snapshot)
        last = rendered
        return rendered
    }
}
