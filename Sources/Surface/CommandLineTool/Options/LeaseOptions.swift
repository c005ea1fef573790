// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PlainText
import SyncLoop

/// How long a project's lease lasts. Hidden: the defaults are right for all but tests and very slow API servers.
struct LeaseOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long others wait for a leader that is silent.", visibility: .hidden)
    )
    var leaseDuration: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("After how long without renewal the leader stops writing.", visibility: .hidden)
    )
    var leaseRenewDeadline: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How often the lease is renewed or looked at.", visibility: .hidden)
    )
    var leaseRetryPeriod: String?

    /// The durations, checked against each other.
    func timing() throws -> LeaseTiming {
        let standard = LeaseTiming.standard
        do {
            return try LeaseTiming(
                duration: try duration(leaseDuration, "--lease-duration") ?? standard.duration,
                renewDeadline: try duration(leaseRenewDeadline, "--lease-renew-deadline") ?? standard.renewDeadline,
                retryPeriod: try duration(leaseRetryPeriod, "--lease-retry-period") ?? standard.retryPeriod
            )
        } catch let error as ConfigurationError {
            throw CommandFailure(error.problems)
        }
    }

    private func duration(_ text: String?, _ option: String) throws -> Duration? {
        guard let text else { return nil }
        guard let value = DurationText.parse(text) else {
            throw CommandFailure("\(option) \(text): expected a duration such as 15s or 500ms")
        }
        return value
    }
}
