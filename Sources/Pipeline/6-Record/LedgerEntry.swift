// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import GRDB
import KubeObjects

/// What an audit row is about.
enum LedgerKind: String, Sendable, Hashable, CaseIterable {
    case historyOpened = "history.opened"
    case runStarted = "run.started"
    case runCommit = "run.commit"
    case runFinished = "run.finished"
    case intent, outcome, object, problem, notice, message, health
    case pruneHeld = "prune.held"
    case pruneReleased = "prune.released"
    case pruneApproved = "prune.approved"
    case approvalUsed = "approval.used"
    case projectSuspended = "project.suspended"
    case projectResumed = "project.resumed"
    case projectApplied = "project.applied"
    case marksSaved = "marks.saved"
}

/// A row that is to be appended; sequence, time and hash are given to it by the ledger.
struct LedgerEntry: Sendable {
    let kind: LedgerKind
    /// Empty for rows about the history itself.
    let project: String
    let run: Int64?
    let object: ObjectID?
    /// JSON, keys sorted, no white space.
    let payload: String

    /// Encodes the payload.
    ///
    /// - Throws: what the encoder throws (a number that JSON cannot hold).
    init(
        _ kind: LedgerKind,
        project: String,
        run: Int64? = nil,
        object: ObjectID? = nil,
        payload: some Encodable & Sendable
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.kind = kind
        self.project = project
        self.run = run
        self.object = object
        self.payload = String(decoding: try encoder.encode(payload), as: UTF8.self)
    }
}

/// An audit row as it stands in the file.
struct LedgerRow: Sendable {
    let sequence: Int64
    /// Milliseconds since 1970 by the wall clock; for display only, the order is the sequence.
    let at: Int64
    let project: String
    let run: Int64?
    /// As stored; a word that this version does not know stays readable for `verify`.
    let kind: String
    let object: ObjectID?
    let payload: String
    /// 32 bytes.
    let hash: Data

    static let columns =
        "sequence, at, project, run, kind, object_group, object_kind, object_namespace, object_name, payload, hash"

    init(_ row: Row) {
        sequence = row["sequence"] ?? 0
        at = row["at"] ?? 0
        project = row["project"] ?? ""
        run = row["run"]
        kind = row["kind"] ?? ""
        if let kind: String = row["object_kind"] {
            object = ObjectID(
                group: row["object_group"] ?? "",
                kind: kind,
                namespace: row["object_namespace"] ?? "",
                name: row["object_name"] ?? ""
            )
        } else {
            object = nil
        }
        payload = row["payload"] ?? ""
        hash = row["hash"] ?? Data()
    }

    init(_ entry: LedgerEntry, sequence: Int64, at: Int64, after previous: Data) {
        self.sequence = sequence
        self.at = at
        project = entry.project
        run = entry.run
        kind = entry.kind.rawValue
        object = entry.object
        payload = entry.payload
        hash = Self.hash(
            after: previous,
            sequence: sequence,
            at: at,
            project: entry.project,
            run: entry.run,
            kind: entry.kind.rawValue,
            object: entry.object,
            payload: entry.payload
        )
    }

    var date: Date { Date(milliseconds: at) }

    /// The hash that this row must have behind a row with hash `previous`.
    func expectedHash(after previous: Data) -> Data {
        Self.hash(
            after: previous,
            sequence: sequence,
            at: at,
            project: project,
            run: run,
            kind: kind,
            object: object,
            payload: payload
        )
    }

    /// Reads the payload.
    func decode<Payload: Decodable>(_ type: Payload.Type) throws(RecordError) -> Payload {
        do {
            return try JSONDecoder().decode(type, from: Data(payload.utf8))
        } catch {
            throw RecordError(.corrupt, "row \(sequence)", "\(kind) cannot be read; run `sternpost verify`")
        }
    }

    /// SHA-256 over the previous hash and the row as a JSON array of all its columns, in the order of the table.
    private static func hash(
        after previous: Data,
        sequence: Int64,
        at: Int64,
        project: String,
        run: Int64?,
        kind: String,
        object: ObjectID?,
        payload: String
    ) -> Data {
        let canonical: JSON = .array([
            .int(sequence), .int(at), .string(project), run.map(JSON.int) ?? .null, .string(kind),
            (object?.group).map(JSON.string) ?? .null, (object?.kind).map(JSON.string) ?? .null,
            (object?.namespace).map(JSON.string) ?? .null, (object?.name).map(JSON.string) ?? .null,
            .string(payload),
        ])
        var hasher = SHA256()
        hasher.update(data: previous)
        hasher.update(data: canonical.serialized())
        return Data(hasher.finalize())
    }
}

extension Date {
    /// Milliseconds since 1970, rounded down.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded(.down)) }

    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}

extension Data {
    /// Lower-case hexadecimal digits.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in self { text.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]]) }
        return String(decoding: text, as: UTF8.self)
    }
}
