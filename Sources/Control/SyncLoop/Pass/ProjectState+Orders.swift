// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncRecord

extension ProjectState {
    /// This state with the orders that the cluster has.
    ///
    /// Orders in the cluster go before those of one data folder. The folder's count where nothing was ever ordered in
    /// the cluster: older versions wrote only there, and the cluster may have lost its orders. An approval counts
    /// wherever it was given, because it allows exactly one list.
    ///
    /// - Parameters:
    ///   - orders: What the cluster has.
    ///   - held: The prune that waits for approval now: of two approvals the one of this prune counts, else the later
    ///     one.
    /// - Returns: The merged state.
    package func obeying(_ orders: StandingOrders, held: String? = nil) -> ProjectState {
        let isOrdered = orders.suspension != .never
        let given = [approval, orders.approval.word.map(Approval.init)].compactMap { $0 }
        let approval = given.first { $0.hash == held } ?? given.max { $0.at < $1.at }
        return ProjectState(
            applied: applied,
            appliedTreeID: appliedTreeID,
            appliedAt: appliedAt,
            attempted: attempted,
            suspension: isOrdered ? orders.suspension.word.map(Suspension.init) : suspension,
            hold: orders.held.map(PruneHold.init) ?? hold,
            approval: approval
        )
    }
}

extension ImageOrder {
    /// The orders about the image rollouts of each workload: the later one of those in the cluster and in the data
    /// folder, because an order that could not be stored in the cluster holds for its data folder.
    package static func obeying(
        _ orders: StandingOrders,
        before known: [ObjectID: ImageOrder]
    ) -> [ObjectID: ImageOrder] {
        known.merging(orders.images.mapValues(ImageOrder.init)) { known, ordered in
            known.at > ordered.at ? known : ordered
        }
    }

    private init(_ image: StandingOrders.ImageWord) {
        self.init(
            kind: image.isHold ? .hold : .release,
            person: image.word.person,
            reason: image.word.text,
            at: image.word.date
        )
    }
}

extension PruneHold {
    init(_ held: StandingOrders.HeldPrune) {
        self.init(
            hash: held.hash,
            commitID: held.commitID,
            reasons: held.reasons,
            objects: held.objects,
            count: held.count
        )
    }
}

extension ProjectState.Suspension {
    /// One line: who ordered it, and why if a reason was given.
    package var text: String { "suspended by \(person)\(reason.isEmpty ? "" : ": \(reason)")" }

    init(_ word: StandingOrders.Word) {
        self.init(person: word.person, reason: word.text, since: word.date)
    }
}

extension Approval {
    fileprivate init(_ word: StandingOrders.Word) {
        self.init(hash: word.text, person: word.person, at: word.date)
    }
}

extension StandingOrders.Word {
    /// An order given now.
    package init(person: String, text: String, now: Date = Date()) {
        self.init(person: person, text: text, at: now.formatted(.iso8601))
    }

    /// When it was given; the beginning of time when that cannot be read.
    var date: Date { (try? Date(at, strategy: .iso8601)) ?? .distantPast }  // shown, never decided by
}
