// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncLoop
import Testing

/// Who may take a lease when: by our own clock and by what changes, never by the times in the record.
struct LeaseElectionTests {
    private let start = ContinuousClock.now
    private let wallTime = Date(timeIntervalSince1970: 1_800_000_000)

    /// A record of another holder, written by a clock that is an hour off.
    private func foreign(_ holder: String = "other", renewed time: String = "2026-01-01T00:00:00.000000Z") throws
        -> LeaseRecord
    {
        LeaseRecord(
            try KubeObject([
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "l", "namespace": "n"],
                "spec": [
                    "holderIdentity": .string(holder), "leaseDurationSeconds": 15, "renewTime": .string(time),
                    "acquireTime": .string(time), "leaseTransitions": 3,
                ],
            ])
        )
    }

    private func election() -> LeaseElection { LeaseElection(identity: "me", duration: .seconds(15)) }

    @Test func `an absent lease is created`() {
        var election = election()
        guard case .write(let record) = election.look(at: nil, now: start, wallTime: wallTime) else {
            Issue.record("it waits")
            return
        }
        #expect(record.holder == "me")
        #expect(record.durationSeconds == 15)
        #expect(record.transitions == 0)
        #expect(record.acquireTime == "2027-01-15T08:00:00.000000Z")
        #expect(record.renewTime == record.acquireTime)
    }

    @Test(arguments: ["1970-01-01T00:00:00.000000Z", "2199-01-01T00:00:00.000000Z", "nonsense", ""])
    func `P6: a record's times decide nothing, however wrong they are`(time: String) throws {
        var election = election()
        let record = try foreign(renewed: time)
        #expect(election.look(at: record, now: start, wallTime: wallTime) == .wait(holder: "other", isAlive: false))
        let almost = start.advanced(by: .milliseconds(14_999))
        #expect(election.look(at: record, now: almost, wallTime: wallTime) == .wait(holder: "other", isAlive: false))
        guard
            case .write(let mine) = election.look(at: record, now: start.advanced(by: .seconds(15)), wallTime: wallTime)
        else {
            Issue.record("a holder that does not move keeps the lease for ever")
            return
        }
        #expect(mine.holder == "me")
        #expect(mine.transitions == 4)
    }

    @Test(arguments: [-3600.0, 3600])
    func `P6: a jump of the wall clock neither shortens nor lengthens another's lease`(jump: Double) throws {
        var election = election()
        let record = try foreign()
        _ = election.look(at: record, now: start, wallTime: wallTime)
        let after = wallTime.addingTimeInterval(jump)
        let early = election.look(at: record, now: start.advanced(by: .seconds(14)), wallTime: after)
        #expect(early == .wait(holder: "other", isAlive: false))
        guard case .write = election.look(at: record, now: start.advanced(by: .seconds(15)), wallTime: after) else {
            Issue.record("the jump kept a dead leader alive")
            return
        }
    }

    @Test func `P8: a holder that renews is alive, and its time begins anew with each change that is seen`() throws {
        var election = election()
        for second in 0..<20 {
            let record = try foreign(renewed: "2026-01-01T00:00:\(second + 10).000000Z")
            let now = start.advanced(by: .seconds(second * 14))
            let move = election.look(at: record, now: now, wallTime: wallTime)
            #expect(move == .wait(holder: "other", isAlive: second > 0))
        }
    }

    @Test func `a released lease is taken at once`() throws {
        var election = election()
        let released = try foreign().released(now: wallTime)
        #expect(released.holder.isEmpty)
        #expect(released.durationSeconds == 1)
        guard case .write(let mine) = election.look(at: released, now: start, wallTime: wallTime) else {
            Issue.record("it waits for nobody")
            return
        }
        #expect(mine.transitions == 4)
    }

    @Test func `a renewal keeps when the lease was acquired and repairs what somebody edited`() throws {
        var election = election()
        var record = try foreign("me")
        record.durationSeconds = 1
        guard case .write(let mine) = election.look(at: record, now: start, wallTime: wallTime) else {
            Issue.record("it waits for itself")
            return
        }
        #expect(mine.acquireTime == record.acquireTime)
        #expect(mine.renewTime == "2027-01-15T08:00:00.000000Z")
        #expect(mine.transitions == 3)
        #expect(mine.durationSeconds == 15)
    }

    @Test func `P11: numbers beyond reason in a stored lease are bounded`() throws {
        var election = election()
        let lease = try KubeObject([
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "l", "namespace": "n"],
            "spec": [
                "holderIdentity": "other", "leaseDurationSeconds": .int(.max), "leaseTransitions": .int(.max),
                "renewTime": ["a": "map"],
            ],
        ])
        let record = LeaseRecord(lease)
        #expect(record.durationSeconds == 3600)
        _ = election.look(at: record, now: start, wallTime: wallTime)
        guard
            case .write(let mine) = election.look(
                at: record,
                now: start.advanced(by: .seconds(3600)),
                wallTime: wallTime
            )
        else {
            Issue.record("a record may not claim the lease for ever")
            return
        }
        #expect(mine.transitions == Int64(Int32.max))
    }

    @Test func `what else stands in the lease stays`() throws {
        let spec = try foreign().spec(replacing: ["strategy": "OldestEmulationVersion", "holderIdentity": "old"])
        #expect(spec["strategy"] == "OldestEmulationVersion")
        #expect(spec["holderIdentity"] == "other")
    }

    @Test(arguments: [
        (Duration.seconds(15), Duration.seconds(15), Duration.seconds(2)),
        (.seconds(15), .seconds(2), .seconds(2)), (.milliseconds(1500), .seconds(1), .milliseconds(100)),
        (.seconds(3), .seconds(2), .zero), (.seconds(7200), .seconds(10), .seconds(2)),
    ])
    func `durations that contradict each other are refused`(_ duration: Duration, deadline: Duration, period: Duration)
    {
        #expect(throws: ConfigurationError.self) {
            _ = try LeaseTiming(duration: duration, renewDeadline: deadline, retryPeriod: period)
        }
    }
}
