// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import GRDB
import KubeObjects

/// An audit row as it stands in the file.
struct LedgerRow: Sendable {
    let sequence: Int64
    /// Milliseconds since 1970 by the wall clock; for display only, the order is the sequence.
    let at: Int64
    let project: String
    let run: Int64?
    /// As stored: a kind that this version does not know stays readable for `verify`.
    let kind: String
    let object: ObjectID?
    let payload: String
    /// 32 bytes.
    let hash: Data

    static let columns =
        "sequence, at, project, run, kind, object_group, object_kind, object_namespace, object_name, payload, hash"

    /// Reads a row. A value of another type than the table's, which only a changed schema allows, reads as empty; then
    /// the hash does not fit.
    init(_ row: Row) {
        sequence = row.number("sequence") ?? 0
        at = row.number("at") ?? 0
        project = row.text("project") ?? ""
        run = row.number("run")
        kind = row.text("kind") ?? ""
        object = row.text("object_kind").map {
            ObjectID(
                group: row.text("object_group") ?? "",
                kind: $0,
                namespace: row.text("object_namespace") ?? "",
                name: row.text("object_name") ?? ""
            )
        }
        payload = row.text("payload") ?? ""
        hash = row.bytes("hash") ?? Data()
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
