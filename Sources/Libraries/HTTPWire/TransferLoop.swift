// SPDX-License-Identifier: Apache-2.0
import CLibCurl
import Synchronization

/// What the wire's thread does: it alone touches the multi handle, the easy handles and the transfers.
final class TransferLoop {
    private let multi: UnsafeMutableRawPointer
    private let mailbox: Mailbox
    /// How many connections are kept open for later requests, beside those of streams.
    private static let keptConnections = 64
    /// How many urgent requests to one server run at a time.
    private static let urgentPerHost = 32

    private let mostSpare: Int
    private var active: [UnsafeMutableRawPointer: (transfer: Transfer, easy: EasyHandle)] = [:]
    private var handles: [ObjectIdentifier: UnsafeMutableRawPointer] = [:]
    private var turns: TurnQueue
    private var streams = 0
    private var spare: [EasyHandle] = []

    init(multi: UnsafeMutableRawPointer, mailbox: Mailbox, requestsPerHost: Int) {
        self.multi = multi
        self.mailbox = mailbox
        mostSpare = requestsPerHost
        turns = TurnQueue(ordinary: requestsPerHost, urgent: TransferLoop.urgentPerHost)
        keepConnections()
    }

    /// libcurl counts connections that are in use as kept ones: without their number on top, a process with many streams
    /// would close each connection right after its request.
    private func keepConnections() {
        sternpost_multi_set_long(multi, CURLMOPT_MAXCONNECTS, TransferLoop.keptConnections + streams)
    }

    /// Works until told to stop, then ends everything.
    func run() {
        while true {
            for command in mailbox.take() {
                if case .stop = command {
                    shutDown()
                    return
                }
                perform(command)
            }
            var stillRunning: Int32 = 0
            curl_multi_perform(multi, &stillRunning)
            collect()
            expireWaiting()
            let wait = expireSilent()
            curl_multi_poll(multi, nil, 0, wait, nil)
        }
    }

    private func perform(_ command: Mailbox.Command) {
        switch command {
        case .start(let transfer): enqueue(transfer)
        case .cancel(let transfer): cancel(transfer)
        case .resume(let transfer):
            guard let raw = handles[ObjectIdentifier(transfer)] else { return }
            transfer.resumed()
            curl_easy_pause(raw, CURLPAUSE_CONT)
        case .stop: break
        }
    }

    private func enqueue(_ transfer: Transfer) {
        if turns.admits(transfer) { start(transfer) }
    }

    private func start(_ transfer: Transfer) {
        guard !transfer.isCancelled.load(ordering: .acquiring) else {
            transfer.finish(TransferLoop.neverSent)
            return
        }
        guard !transfer.hasExpired(at: .now) else {
            transfer.finish(TransferLoop.waitedTooLong(transfer))
            return
        }
        if let reason = transfer.request.gate?() {
            transfer.finish(HTTPError(reason: .withheld, message: reason, mayHaveBeenSent: false))
            return
        }
        guard let easy = spare.popLast() ?? EasyHandle() else {
            transfer.finish(HTTPError(reason: .badRequest, message: "out of memory", mayHaveBeenSent: false))
            return
        }
        do throws(HTTPError) {
            try easy.configure(for: transfer)
        } catch {
            transfer.finish(error)
            return
        }
        let code = curl_multi_add_handle(multi, easy.raw)
        guard code == CURLM_OK else {
            let text = String(cString: curl_multi_strerror(code))
            transfer.finish(HTTPError(reason: .badRequest, message: "libcurl: \(text)", mayHaveBeenSent: false))
            return
        }
        transfer.started()
        active[easy.raw] = (transfer, easy)
        handles[ObjectIdentifier(transfer)] = easy.raw
        turns.started(transfer)
        if !transfer.countsAgainstLimit {
            streams += 1
            keepConnections()
        }
    }

    private func cancel(_ transfer: Transfer) {
        if let raw = handles[ObjectIdentifier(transfer)] {
            end(raw, with: TransferLoop.cancelled)
        } else if turns.remove(transfer) {
            transfer.finish(TransferLoop.neverSent)
        }
    }

    private static let cancelled = HTTPError(reason: .cancelled, message: "cancelled", mayHaveBeenSent: true)
    private static let neverSent = HTTPError(reason: .cancelled, message: "cancelled", mayHaveBeenSent: false)

    /// Takes a transfer out of libcurl, reports its end and starts the next one in the queue.
    private func end(_ raw: UnsafeMutableRawPointer, with error: HTTPError?) {
        guard let (transfer, easy) = active.removeValue(forKey: raw) else { return }
        handles[ObjectIdentifier(transfer)] = nil
        curl_multi_remove_handle(multi, raw)
        easy.reset()
        if spare.count < mostSpare { spare.append(easy) }
        transfer.finish(error)
        guard transfer.countsAgainstLimit else {
            streams -= 1
            keepConnections()
            return
        }
        turns.ended(transfer)
        while let next = turns.next(after: transfer) { start(next) }
    }

    /// Ends what has waited for its turn until its deadline.
    private func expireWaiting() {
        for transfer in turns.removeExpired(at: .now) { transfer.finish(TransferLoop.waitedTooLong(transfer)) }
    }

    private static func waitedTooLong(_ transfer: Transfer) -> HTTPError {
        let limit = transfer.request.deadlines.total.map { "\($0)" } ?? ""
        return HTTPError(
            reason: .timeout,
            message: "\(transfer.origin): its turn did not come within \(limit): too many slow requests are under way",
            mayHaveBeenSent: false
        )
    }

    /// Reports every transfer that libcurl has finished.
    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let raw = message.pointee.easy_handle,
                let (transfer, easy) = active[raw]
            else { continue }
            let code = message.pointee.data.result
            end(raw, with: code == CURLE_OK ? nil : HTTPError(code, of: transfer, on: easy))
        }
    }

    /// Ends what was silent for too long; returns for how many milliseconds nothing else is due.
    private func expireSilent() -> Int32 {
        let now = ContinuousClock.now
        var next = turns.nextDeadline
        for (raw, (transfer, _)) in active {
            guard let deadline = transfer.silenceDeadline else { continue }
            if deadline <= now {
                let limit = transfer.request.deadlines.silence.map { "\($0)" } ?? ""
                let message = "\(transfer.origin) sent nothing for \(limit)"
                end(raw, with: HTTPError(reason: .timeout, message: message, mayHaveBeenSent: true))
            } else {
                next = min(next ?? deadline, deadline)
            }
        }
        guard let next else { return 60_000 }
        let parts = now.duration(to: next).components
        return Int32(clamping: parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000 + 1)
    }

    private func shutDown() {
        for command in mailbox.close() {
            if case .start(let transfer) = command { transfer.finish(TransferLoop.neverSent) }
        }
        for transfer in turns.removeAll() { transfer.finish(TransferLoop.neverSent) }
        for raw in Array(active.keys) { end(raw, with: TransferLoop.cancelled) }
        spare = []
        curl_multi_cleanup(multi)
    }
}
