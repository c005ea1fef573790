// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects

/// What a Lease of `coordination.k8s.io/v1` says, in the form in which client-go's leader election reads and writes it.
///
/// The times are for display. They are not compared with a clock: what counts is that the record changes.
package struct LeaseRecord: Sendable, Hashable {
    /// The holder; empty when there is none.
    package var holder: String
    /// From one second to an hour, whatever is stored.
    package var durationSeconds: Int64
    package var acquireTime: String
    package var renewTime: String
    /// How often another holder took over.
    package var transitions: Int64

    /// The record of a new holder.
    ///
    /// - Parameters:
    ///   - holder: Who.
    ///   - duration: Whole seconds.
    ///   - previous: What was stored before, by another process or by this one; nil for a new lease.
    ///   - now: The wall clock, for display.
    package init(of holder: String, lasting duration: Duration, after previous: LeaseRecord?, now: Date) {
        let time = now.microTime
        self.holder = holder
        durationSeconds = duration.components.seconds
        renewTime = time
        if let previous, previous.holder == holder {
            acquireTime = previous.acquireTime
            transitions = previous.transitions
        } else {
            acquireTime = time
            transitions = previous.map { min($0.transitions, Int64(Int32.max) - 1) + 1 } ?? 0
        }
    }

    /// Reads a stored lease; what is missing is empty, as in client-go.
    package init(_ lease: KubeObject) {
        let spec = lease.spec
        holder = spec?["holderIdentity"]?.string ?? ""
        durationSeconds = min(max(spec?["leaseDurationSeconds"]?.int ?? 1, 1), LeaseTiming.longestSeconds)
        acquireTime = spec?["acquireTime"]?.string ?? ""
        renewTime = spec?["renewTime"]?.string ?? ""
        transitions = spec?["leaseTransitions"]?.int ?? 0
    }

    /// The record that a holder leaves when it releases the lease: no holder, and a duration of one second.
    package func released(now: Date) -> LeaseRecord {
        var record = self
        record.holder = ""
        record.durationSeconds = 1
        record.acquireTime = now.microTime
        record.renewTime = record.acquireTime
        return record
    }

    /// The record as `spec`; what else stands there, such as a strategy, stays.
    package func spec(replacing spec: JSON?) -> JSON {
        var spec = spec ?? .object(JSONObject())
        spec["holderIdentity"] = .string(holder)
        spec["leaseDurationSeconds"] = .int(durationSeconds)
        spec["acquireTime"] = .string(acquireTime)
        spec["renewTime"] = .string(renewTime)
        spec["leaseTransitions"] = .int(transitions)
        return spec
    }
}
