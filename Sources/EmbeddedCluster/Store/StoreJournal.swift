// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import KubeObjects
import Synchronization

/// Why a data folder cannot be used.
package struct StoreJournalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What failed.
    package enum Reason: Sendable, Hashable {
        case unreadable, unwritable, damaged
    }

    package let reason: Reason
    package let path: String
    /// One line: what, where, what to do.
    package let detail: String

    package var description: String { "data folder: \(path): \(detail)" }
}

/// Keeps a store's changes on disk: one JSON line each, appended and forced out by an own queue.
///
/// The file starts with a line that holds the revision of its snapshot; then come the snapshot's objects and every
/// change since. A last line without an end is what a crash left of a change that was not reported to any client: it is
/// dropped.
final class StoreJournal: Sendable {
    private struct State {
        var pending: [UInt8] = []
        var queuedRevision: Int64 = 0
        var syncedRevision: Int64 = 0
        var isDraining = false
        var failure: StoreJournalError?
        var waiters: [(revision: Int64, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let path: String
    private let file: FileHandle
    private let queue = DispatchQueue(label: "sternpost.embedded-cluster.journal")
    private let state = Mutex(State())

    /// What a journal held.
    struct Contents: Sendable {
        var revision: Int64 = 1
        var objects: [ObjectKey: KubeObject] = [:]
    }

    /// Writes a new file with this snapshot in the place of the old one, and appends to it from now on.
    init(folder: String, contents: Contents) throws(StoreJournalError) {
        let path = StoreJournal.path(folder)
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            var bytes = JSON.object(JSONObject([.init(key: "revision", value: .int(contents.revision))])).serialized()
            bytes.append(0x0A)
            for (key, object) in contents.objects { bytes += StoreJournal.line(key, object) }
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            file = try FileHandle(forUpdating: URL(filePath: path))
            try file.seekToEnd()
            try file.synchronize()
        } catch {
            throw StoreJournalError(
                reason: .unwritable,
                path: path,
                detail: "cannot be written; check that the folder exists and that this user may write to it"
            )
        }
    }

    /// Reads a folder's journal; empty when there is none yet.
    static func contents(of folder: String) throws(StoreJournalError) -> Contents {
        let path = path(folder)
        guard FileManager.default.fileExists(atPath: path) else { return Contents() }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw StoreJournalError(
                reason: .unreadable,
                path: path,
                detail: "cannot be read; check that this user may read it"
            )
        }
        var contents = Contents()
        var lines = Array(data).split(separator: 0x0A, omittingEmptySubsequences: false)
        lines.removeLast()  // empty, or a change that was cut off
        for (number, line) in lines.enumerated() where !line.isEmpty {
            guard let entry = try? JSONParser.parse(Array(line)), contents.apply(entry) else {
                throw StoreJournalError(
                    reason: .damaged,
                    path: path,
                    detail: "line \(number + 1) is damaged; remove the file to start with an empty cluster"
                )
            }
        }
        return contents
    }

    /// Queues a change; returns at once.
    func append(_ event: StoreEvent) {
        let line =
            event.change == .deleted
            ? StoreJournal.line(event.key, nil, revision: event.revision)
            : StoreJournal.line(event.key, event.object, revision: event.revision)
        let starts = state.withLock { state in
            state.pending += line
            state.queuedRevision = event.revision
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if starts { queue.async { [self] in drain() } }
    }

    /// Returns when every change that was queued so far is on disk.
    func sync() async throws(StoreJournalError) {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.syncedRevision >= state.queuedRevision || state.failure != nil { return true }
                state.waiters.append((state.queuedRevision, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    private func drain() {
        while let (bytes, revision) = takePending() {
            var failure: StoreJournalError?
            do {
                try file.write(contentsOf: Data(bytes))
                try file.synchronize()
            } catch {
                failure = StoreJournalError(
                    reason: .unwritable,
                    path: path,
                    detail: "cannot be written any more; check the disk and start the cluster again"
                )
            }
            let ready = state.withLock { state in
                if let failure { state.failure = failure }
                state.syncedRevision = revision
                let ready = state.waiters.filter { $0.revision <= revision }
                state.waiters.removeAll { $0.revision <= revision }
                return ready
            }
            for waiter in ready { waiter.continuation.resume() }
        }
    }

    private func takePending() -> ([UInt8], Int64)? {
        state.withLock { state in
            guard !state.pending.isEmpty else {
                state.isDraining = false
                return nil
            }
            defer { state.pending = [] }
            return (state.pending, state.queuedRevision)
        }
    }

    private static func path(_ folder: String) -> String { "\(folder)/objects.jsonl" }

    private static func line(_ key: ObjectKey, _ object: KubeObject?, revision: Int64? = nil) -> [UInt8] {
        var entry: JSON = [
            "group": .string(key.resource.group), "resource": .string(key.resource.resource),
            "namespace": .string(key.namespace), "name": .string(key.name), "object": object?.json ?? .null,
        ]
        if let revision { entry["revision"] = .int(revision) }
        return entry.serialized() + [0x0A]
    }
}

extension StoreJournal.Contents {
    /// Applies one line; false when the journal did not write it.
    fileprivate mutating func apply(_ entry: JSON) -> Bool {
        if let revision = entry["revision"]?.int { self.revision = max(self.revision, revision) }
        guard let resource = entry["resource"]?.string else { return entry["revision"]?.int != nil }
        guard let group = entry["group"]?.string, let namespace = entry["namespace"]?.string,
            let name = entry["name"]?.string, let json = entry["object"]
        else { return false }
        let key = ObjectKey(
            resource: GroupResource(group: group, resource: resource),
            namespace: namespace,
            name: name
        )
        if json.isNull {
            objects[key] = nil
            return true
        }
        guard let object = try? KubeObject(json) else { return false }
        objects[key] = object
        return true
    }
}
