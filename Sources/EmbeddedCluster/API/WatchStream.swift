// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import KubeObjects

/// One watch: turns the store's changes into events, as one client's selectors see them.
struct WatchStream: Sendable {
    let reader: ObjectReader
    let presenter: Presenter
    /// The revision that the client names; 0 for none.
    let start: Int64

    private var machinery: APIMachinery { reader.machinery }
    private var options: ListOptions { reader.options }
    private var table: GroupResource { ObjectConversion.table(of: reader.resource) }

    /// Seconds between bookmarks.
    private static let bookmarkInterval = Duration.seconds(30)

    /// Sends events until the time is up, the client hangs up or a relist is needed.
    func run(_ output: inout any PieceWriter) async throws {
        let seconds = options.timeoutSeconds.flatMap { $0 > 0 ? $0 : nil } ?? Int64.random(in: 1800...3600)
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .seconds(seconds))
        var state = State(cursor: machinery.store.revision)
        try await begin(&state, &output)
        while clock.now < end {
            guard let batch = machinery.store.changes(of: table, after: state.cursor) else {
                return try await output.write(line("ERROR", expired(state.cursor).json))
            }
            for event in batch.events { try await send(event, &state, &output) }
            state.cursor = batch.upTo
            let pause = min(end - clock.now, WatchStream.bookmarkInterval)
            await waitForChange(after: state.cursor, atMost: pause)
            try Task.checkCancellation()
            let isIdle = machinery.store.revision == state.cursor
            if isIdle, options.allowsBookmarks { try await output.write(bookmark(state.cursor)) }
        }
    }

    private struct State {
        var cursor: Int64
        var hasColumns = true
    }

    /// Sends the initial objects where they are asked for, and sets where the changes begin.
    private func begin(_ state: inout State, _ output: inout any PieceWriter) async throws {
        let sendsInitial = options.sendsInitialEvents ?? (start == 0)
        guard sendsInitial else {
            state.cursor = start == 0 ? machinery.store.revision : start
            return
        }
        let (objects, revision) = machinery.store.list(table)
        for stored in objects where reader.selects(stored) {
            try await output.write(line("ADDED", presented(stored, &state)))
        }
        state.cursor = revision
        if options.sendsInitialEvents == true, options.allowsBookmarks {
            try await output.write(bookmark(revision, isInitialEnd: true))
        }
    }

    private func send(_ event: StoreEvent, _ state: inout State, _ output: inout any PieceWriter) async throws {
        let isSelected = event.change != .deleted && reader.selects(event.object)
        let wasSelected = event.previous.map(reader.selects) ?? false
        let kind: StoreEvent.Change
        switch (wasSelected, isSelected) {
        case (false, true): kind = .added
        case (true, true): kind = .modified
        case (true, false): kind = .deleted
        case (false, false): return
        }
        var object = event.object
        if kind == .deleted, event.change != .deleted, let previous = event.previous {
            object = previous
            object.json[["metadata", "resourceVersion"]] = .string(String(event.revision))
        }
        try await output.write(line(kind.rawValue, presented(object, &state)))
    }

    private func presented(_ stored: KubeObject, _ state: inout State) -> JSON {
        defer { state.hasColumns = false }
        return presenter.event(stored.converted(to: reader.resource), hasColumns: state.hasColumns)
    }

    private func waitForChange(after revision: Int64, atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await machinery.store.waitForChange(after: revision) }
            group.addTask { try? await Task.sleep(for: limit) }  // cancellation ends the wait, as a change does
            await group.next()
            group.cancelAll()
        }
    }

    private func bookmark(_ revision: Int64, isInitialEnd: Bool = false) -> [UInt8] {
        var metadata: JSON = ["resourceVersion": .string(String(revision))]
        if isInitialEnd { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        return line("BOOKMARK", presenter.bookmark(metadata))
    }

    private func expired(_ revision: Int64) -> StatusError {
        .expired("too old resource version: \(revision) (\(machinery.store.revision))")
    }

    private func line(_ type: String, _ object: JSON) -> [UInt8] {
        let event: JSON = ["type": .string(type), "object": object]
        return event.serialized() + [0x0A]
    }
}
