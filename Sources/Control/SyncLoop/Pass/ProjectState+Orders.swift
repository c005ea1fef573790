// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncRecord

extension ProjectState {
    /// This state with what people ordered as the cluster has it.
    ///
    /// The cluster's word goes before that of one data folder. The folder's counts where nothing was ever ordered in the
    /// cluster: older versions wrote only there, and so it is still known when the cluster has lost it. A yes to a prune
    /// counts wherever it was given, because it is one to exactly one list.
    ///
    /// - Parameters:
    ///   - orders: What the cluster has.
    ///   - held: The list that waits for a yes now: of two yeses the one to this list counts, else the later one.
    /// - Returns: The state in which the cluster's word stands.
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
    /// The orders about the image rollouts of each workload: of the cluster's word and that of one data folder the later one,
    /// because an order that could not be given in the cluster holds for its data folder.
    static func obeying(_ orders: StandingOrders, before known: [ObjectID: ImageOrder]) -> [ObjectID: ImageOrder] {
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
    /// One line: who, and why if that was told.
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
    /// A word given now.
    package init(person: String, text: String, now: Date = Date()) {
        self.init(person: person, text: text, at: now.formatted(.iso8601))
    }

    /// When it was given; the beginning of time when that cannot be read.
    var date: Date { (try? Date(at, strategy: .iso8601)) ?? .distantPast }  // shown, never decided by
}
