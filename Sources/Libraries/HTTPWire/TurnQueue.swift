// SPDX-License-Identifier: Apache-2.0

/// Whose turn it is: how many requests run at each server, and which of those that wait comes next. The wire's thread
/// owns it.
///
/// Each lane of a server has its own limit, so what is urgent never waits behind what is not. Within a lane the sender with
/// the fewest requests under way comes first, and of those the one whose last turn is longest ago: one whose requests are
/// many or slow keeps others waiting for one place, not for all.
struct TurnQueue {
    private struct Place: Hashable {
        let origin: String
        let lane: HTTPRequest.Lane
    }

    private struct Waiter {
        let ticket: Int
        let transfer: Transfer
    }

    private struct Line {
        var running = 0
        var runningBySender: [ObjectIdentifier?: Int] = [:]
        /// The number of the last turn of each sender that has something under way or waiting; none is before all others.
        var lastTurn: [ObjectIdentifier?: Int] = [:]
        /// By sender, oldest first; never an empty list.
        var waiting: [ObjectIdentifier?: [Waiter]] = [:]

        var isIdle: Bool { running == 0 && waiting.isEmpty }

        /// The sender with the lowest rank comes next.
        func rank(of sender: ObjectIdentifier?) -> (running: Int, turn: Int, ticket: Int) {
            (runningBySender[sender] ?? 0, lastTurn[sender] ?? 0, waiting[sender]?.first?.ticket ?? 0)
        }
    }

    private let limits: [HTTPRequest.Lane: Int]
    private var lines: [Place: Line] = [:]
    private var lastTicket = 0
    private var lastTurn = 0

    init(ordinary: Int, urgent: Int) { limits = [.ordinary: ordinary, .urgent: urgent] }

    /// Whether the transfer may start at once; if not it waits from now on, and ``next(after:)`` gives it in its turn.
    mutating func admits(_ transfer: Transfer) -> Bool {
        guard transfer.countsAgainstLimit else { return true }
        let place = place(of: transfer)
        guard lines[place, default: Line()].running >= limit(of: place) else { return true }
        lastTicket += 1
        let waiter = Waiter(ticket: lastTicket, transfer: transfer)
        lines[place, default: Line()].waiting[transfer.request.sender, default: []].append(waiter)
        return false
    }

    /// Notes that the transfer is under way.
    mutating func started(_ transfer: Transfer) {
        guard transfer.countsAgainstLimit else { return }
        lastTurn += 1
        var line = lines[place(of: transfer)] ?? Line()
        line.running += 1
        line.runningBySender[transfer.request.sender, default: 0] += 1
        line.lastTurn[transfer.request.sender] = lastTurn
        lines[place(of: transfer)] = line
    }

    /// Notes that a transfer that was under way has ended.
    mutating func ended(_ transfer: Transfer) {
        guard transfer.countsAgainstLimit else { return }
        let (place, sender) = (place(of: transfer), transfer.request.sender)
        guard var line = lines[place] else { return }
        line.running -= 1
        let left = line.runningBySender[sender, default: 1] - 1
        line.runningBySender[sender] = left > 0 ? left : nil
        if left <= 0, line.waiting[sender] == nil { line.lastTurn[sender] = nil }
        lines[place] = line.isIdle ? nil : line
    }

    /// Takes out the next transfer that may start where another one has ended; nil when none waits or there is no room.
    mutating func next(after ended: Transfer) -> Transfer? {
        let place = place(of: ended)
        guard let line = lines[place], line.running < limit(of: place) else { return nil }
        // A sender may be nil: all requests without a sender count as one sender.
        guard let first = line.waiting.min(by: { line.rank(of: $0.key) < line.rank(of: $1.key) }) else { return nil }
        return removeFirst(of: first.key, at: place)
    }

    /// Takes a transfer out; false when it does not wait.
    mutating func remove(_ transfer: Transfer) -> Bool {
        let (place, sender) = (place(of: transfer), transfer.request.sender)
        guard let index = lines[place]?.waiting[sender]?.firstIndex(where: { $0.transfer === transfer }) else {
            return false
        }
        lines[place]?.waiting[sender]?.remove(at: index)
        tidy(sender, at: place)
        return true
    }

    /// Takes out what has waited until its deadline. A sender's requests have one deadline, so only its oldest is looked at.
    mutating func removeExpired(at now: ContinuousClock.Instant) -> [Transfer] {
        var expired: [Transfer] = []
        for (place, line) in lines {
            for sender in line.waiting.keys {
                while let first = lines[place]?.waiting[sender]?.first?.transfer, first.hasExpired(at: now),
                    let removed = removeFirst(of: sender, at: place)
                { expired.append(removed) }
            }
        }
        return expired
    }

    /// When the next one that waits has waited long enough; nil when none has a deadline.
    var nextDeadline: ContinuousClock.Instant? {
        lines.values.flatMap { $0.waiting.values.compactMap { $0.first?.transfer.deadline } }.min()
    }

    /// Takes out everything that waits.
    mutating func removeAll() -> [Transfer] {
        let all = lines.values.flatMap { $0.waiting.values.joined() }.sorted { $0.ticket < $1.ticket }
        for place in lines.keys { lines[place]?.waiting = [:] }
        return all.map(\.transfer)
    }

    private func place(of transfer: Transfer) -> Place {
        Place(origin: transfer.origin, lane: transfer.request.lane)
    }

    private func limit(of place: Place) -> Int { limits[place.lane] ?? 1 }

    private mutating func removeFirst(of sender: ObjectIdentifier?, at place: Place) -> Transfer? {
        let first = lines[place]?.waiting[sender]?.removeFirst()
        tidy(sender, at: place)
        return first?.transfer
    }

    private mutating func tidy(_ sender: ObjectIdentifier?, at place: Place) {
        if lines[place]?.waiting[sender]?.isEmpty == true { lines[place]?.waiting[sender] = nil }
        if lines[place]?.isIdle == true { lines[place] = nil }
    }
}
