// SPDX-License-Identifier: Apache-2.0
import Dashboard
import KubeObjects
import ServiceLifecycle

/// How a command serves until SIGTERM or Ctrl-C: how long its end may take, and how its failures are reported.
package enum Serving {
    /// When the tasks are cancelled: before the process ends whatever they do.
    static let patience = Duration.seconds(20)
    /// When the process ends whatever its tasks do: before the 30 s of a Pod are over.
    package static let ending = ShutdownWatchdog.Ending(
        patience: .seconds(25),
        status: 1,
        lastLine: "not ended 25 s after the signal: something does not let go; ending now"
    )

    /// Runs services until SIGTERM or Ctrl-C; each has a bounded time to finish what it is in. The process has one, too, with
    /// signals that were made with ``ending``.
    ///
    /// - Throws: ``CommandFailure`` for whatever ends them otherwise.
    package static func run(_ services: [any Service], until signals: ShutdownSignals) async throws {
        try await failingAsCommand {
            try await signals.run(services.map { .init(service: $0) }, patience: patience)
        }
    }

    /// Gives each error that ends a service the line and the status with which the command ends.
    static func failingAsCommand(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as DashboardServer.ListenError {
            throw CommandFailure("\(error)")
        } catch {
            throw CommandFailure("stopped: \(error)", status: 1)
        }
    }
}
