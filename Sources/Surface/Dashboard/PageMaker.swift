// SPDX-License-Identifier: Apache-2.0
import Processes
import SyncImages
import SyncLoop
import SyncRecord

/// Makes the pages: in turn, on threads of their own beside those that serve leases and health, and only for clients that are
/// still there when their turn comes.
struct PageMaker: Sendable {
    let board: StatusBoard
    let images: ImageBoard?
    let history: History
    let desk: PageDesk

    /// How everything is now, and the latest syncs.
    ///
    /// - Throws: ``PageDesk/Refusal``, ThreadFailure, RecordError.
    func overview() async throws -> HTML {
        try await inTurn { [board, images, history] in
            let runs = try await history.runs(limit: Pages.maxRuns)
            let projects = await board.all
            let pages = images?.all ?? [:]
            return try await onOwnThread(named: "page") { Pages.overview(projects, runs: runs, images: pages) }
        }
    }

    /// One sync; nil when there is none with that number.
    ///
    /// - Throws: as ``overview()``.
    func sync(_ number: Int64) async throws -> HTML? {
        try await inTurn { [history] () async throws -> HTML? in
            guard let excerpt = try await history.excerpt(number) else { return nil }
            return try await onOwnThread(named: "page") { Pages.sync(excerpt) }
        }
    }

    private func inTurn<Page: Sendable>(
        _ work: @escaping @Sendable () async throws -> Page
    ) async throws -> Page {
        guard let visit = Visit.current else { return try await desk.make(work) }
        return try await visit.whilePresent { [desk] in try await desk.make(work) }
    }
}
