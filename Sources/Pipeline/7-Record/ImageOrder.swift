// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import KubeObjects

/// A person's order about the image rollouts of one workload, as the history has it; the newest order holds.
package struct ImageOrder: Sendable, Hashable, Codable {
    /// What is to be done.
    package enum Kind: String, Sendable, Hashable, Codable {
        /// No rollouts until a release.
        case hold
        /// Rollouts again, also of the digest that has failed before.
        case release
    }

    package let kind: Kind
    package let person: String
    /// Empty when none was given.
    package let reason: String
    package let at: Date

    package init(kind: Kind, person: String, reason: String, at: Date) {
        self.kind = kind
        self.person = person
        self.reason = reason
        self.at = at
    }
}

extension History {
    /// Records a person's order about a workload's image rollouts; an operator follows it in its next round. With the
    /// `at` of the same order in the cluster, readers of both treat them as one order.
    package func order(
        _ kind: ImageOrder.Kind,
        of workload: ObjectID,
        project: String,
        person: String,
        reason: String = "",
        at time: String? = nil
    ) async throws(RecordError) {
        let payload = Payload.ImageOrdered(person: redactor.row(person), reason: redactor.row(reason), at: time)
        _ = try await writer.append(
            entries {
                [
                    try LedgerEntry(
                        kind == .hold ? .imageHeld : .imageReleased,
                        project: project,
                        object: workload,
                        payload: payload
                    )
                ]
            }
        )
    }

    /// The newest order for each workload of a project that ever had one.
    package func imageOrders(of project: String) async throws(RecordError) -> [ObjectID: ImageOrder] {
        try await read { database in
            let rows = try Ledger.rows(
                where: "project = ? AND kind IN (?, ?)",
                arguments: [project, LedgerKind.imageHeld.rawValue, LedgerKind.imageReleased.rawValue],
                in: database
            )
            var orders: [ObjectID: ImageOrder] = [:]
            for row in rows {
                guard let workload = row.object else { continue }
                let payload = try row.decode(Payload.ImageOrdered.self)
                orders[workload] = ImageOrder(
                    kind: row.kind == LedgerKind.imageHeld.rawValue ? .hold : .release,
                    person: payload.person.text,
                    reason: payload.reason.text,
                    // A time that cannot be read is ignored: the row has its own.
                    at: payload.at.flatMap { try? Date($0, strategy: .iso8601) } ?? row.date
                )
            }
            return orders
        }
    }
}
