// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import Logging
import SyncApply
import Waiting

/// One project's lease as this process holds it, or tries to.
///
/// A lease makes it unlikely, not impossible, that two processes write at the same time: a request that has left may
/// arrive late. That does no harm, because every apply may be repeated and every other write names the resourceVersion
/// or the UID that was seen.
package actor ProjectLease {
    /// The result of an attempt to take the lease.
    package enum Standing: Sendable, Hashable {
        case leading
        /// Another process holds it; `isAlive` when it was seen to renew.
        case following(holder: String, isAlive: Bool)
        /// The lease's namespace does not exist. The first pass that writes creates it, and records that.
        case unhoused
    }

    /// Who we are in the record: the host's name, or the Pod's, and a random part, as client-go's controllers do it.
    package nonisolated let identity: String
    /// `NAMESPACE/NAME` of the Lease.
    package nonisolated let place: String
    nonisolated let timing: LeaseTiming
    nonisolated let tenure: Tenure
    nonisolated let logger: Logger
    nonisolated let store: LeaseStore
    private let now: @Sendable () -> ContinuousClock.Instant
    private var election: LeaseElection
    private var stored: KubeObject?

    /// How long a claim waits for a holder that does not renew, before it treats it as alive nevertheless.
    private static let longestLook: Duration = .seconds(60)

    /// - Parameters:
    ///   - store: Where the lease is.
    ///   - identity: Who we are; no two processes may have the same.
    ///   - timing: How long it lasts.
    ///   - logger: Logs renewals that fail, which have no caller to throw to.
    ///   - now: A clock that does not stop when the machine sleeps.
    package init(
        store: LeaseStore,
        identity: String = ProjectLease.newIdentity(),
        timing: LeaseTiming = .standard,
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.store = store
        self.identity = identity
        self.timing = timing
        self.logger = logger
        self.now = now
        place = store.place
        tenure = Tenure(lease: store.place, now: now)
        election = LeaseElection(identity: identity, duration: timing.duration)
    }

    /// A new identity, different from all others.
    package static func newIdentity() -> String {
        var system = utsname()
        let host =
            uname(&system) == 0
            ? withUnsafeBytes(of: system.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } : ""
        return "\(host.isEmpty ? "sternpost" : host)_\(UUID().uuidString.lowercased())"
    }

    /// Why this process may not write now; nil while the lease is held. Asked before each write, each time it is sent.
    package nonisolated var reasonToStop: String? { tenure.reasonToStop() }

    /// Why it was lost; nil while it is held, and before.
    nonisolated var loss: String? { tenure.isLost ? tenure.reasonToStop() : nil }

    /// Tries once to take the lease, also after it was lost.
    package func acquire() async throws(LeaseError) -> Standing {
        // Once more when another process wrote between our reading and our write: the next reading shows which.
        for _ in 0..<3 {
            let found = try await store.read()
            switch election.look(at: found.map(LeaseRecord.init), now: now(), wallTime: Date()) {
            case .wait(let holder, let isAlive): return .following(holder: holder, isAlive: isAlive)
            case .write(let record):
                let sent = now()
                switch try await take(record, replacing: found) {
                case .noNamespace:
                    tenure.end()
                    return .unhoused
                case .overtaken: continue
                case .stored(let object):
                    stored = object
                    tenure.begin(until: sent.advanced(by: timing.renewDeadline))
                    return .leading
                }
            }
        }
        throw LeaseError(.cluster(.conflict), "the lease \(place) changes all the time; the next try may get it")
    }

    /// Makes sure that this process may write for the project: at once while it holds the lease; otherwise it takes the
    /// lease, or waits until it is clear that another holder is alive.
    ///
    /// - Parameters:
    ///   - namespace: Made when it is missing.
    ///   - journal: Where that is written down.
    ///   - waiting: Called with the holder's identity while it is not clear whether that process is alive.
    /// - Throws: ``LeaseError``, or what creating the namespace throws.
    package func claim(
        making namespace: ParentNamespace,
        journal: any MutationJournal,
        waiting: @Sendable (_ holder: String) -> Void = { _ in }
    ) async throws {
        if !tenure.isOpen {
            if let reason = reasonToStop { throw LeaseError(.lost, reason) }
            return
        }
        let end = now().advanced(by: ProjectLease.longestLook)
        var hasMadeNamespace = false
        while true {
            switch try await acquire() {
            case .leading: return
            case .unhoused:
                guard !hasMadeNamespace else {
                    throw LeaseError(.cluster(.notFound), "the namespace of the lease \(place) is gone again")
                }
                try await namespace.create(journal: journal)
                hasMadeNamespace = true
            case .following(let holder, let isAlive):
                guard !isAlive, now() < end else {
                    tenure.lose("\(holder) leads")
                    throw held(by: holder, isAlive: isAlive)
                }
                waiting(holder)
                do { try await Task.sleep(for: timing.nextPeriod) } catch {
                    throw LeaseError(.cancelled, "stopped while waiting for the lease \(place)")
                }
            }
        }
    }

    /// Writes the record with which this process begins to lead. Once it is sent its answer is waited for, also when the
    /// task is cancelled: a lease that was taken without our knowing would be released by nobody.
    private nonisolated func take(
        _ record: LeaseRecord,
        replacing found: KubeObject?
    ) async throws(LeaseError) -> LeaseStore.Answer {
        guard !Task.isCancelled else {
            throw LeaseError(.cancelled, "stopped before the lease \(place) was taken")
        }
        let store = store
        let result = await shieldedFromCancellation(grace: ProjectLease.endGrace) {
            () async -> Result<LeaseStore.Answer, LeaseError> in
            do throws(LeaseError) {
                return .success(try await store.write(record, replacing: found))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func held(by holder: String, isAlive: Bool) -> LeaseError {
        let state =
            isAlive
            ? "and is alive; nothing was changed. Leave it to that process, or stop it first"
            : "and did not move for \(ProjectLease.longestLook); nothing was changed. If that process is dead, delete the Lease"
        return LeaseError(.held(by: holder), "\(holder) syncs this project (lease \(place)) \(state)")
    }
}

extension ProjectLease {
    /// Renews once. A lease that somebody else holds, or that is gone, is lost, even if it could be taken again at once:
    /// what this process has planned may be out of date.
    func renew() async {
        guard tenure.reasonToStop() == nil, var found = stored else { return }
        do {
            // Without reading first: if the record has changed, the write is refused.
            for _ in 0..<2 {
                let sent = now()
                let record = LeaseRecord(of: identity, lasting: timing.duration, after: LeaseRecord(found), now: Date())
                if case .stored(let object) = try await store.write(record, replacing: found) {
                    stored = object
                    tenure.extend(until: sent.advanced(by: timing.renewDeadline))
                    return
                }
                guard let current = try await store.read() else { return tenure.lose("it was deleted") }
                let holder = LeaseRecord(current).holder
                guard holder == identity else {
                    return tenure.lose(holder.isEmpty ? "it was taken away" : "\(holder) leads now")
                }
                found = current
            }
        } catch {
            tenure.note(trouble: error.description)
            logger.warning("lease not renewed", metadata: ["sync.lease": "\(place)", "sync.error": "\(error)"])
        }
    }

    /// Releases the lease, so that the next holder need not wait until it has expired.
    func release() async {
        guard var found = stored else { return }
        tenure.end()
        stored = nil
        do {
            for _ in 0..<2 {
                let answer = try await store.write(LeaseRecord(found).released(now: Date()), replacing: found)
                guard case .overtaken = answer else { return }
                guard let current = try await store.read(), LeaseRecord(current).holder == identity else { return }
                found = current
            }
        } catch {
            logger.warning(
                "lease not released, it runs out by itself",
                metadata: ["sync.lease": "\(place)", "sync.error": "\(error)"]
            )
        }
    }
}
