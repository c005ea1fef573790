// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import ServiceLifecycle
import SyncLoop
import Synchronization
import UnixSignals

/// SIGTERM and Ctrl-C, caught from the moment on at which this was made: the first asks for an orderly end, the second one
/// ends the process at once, and a ``ShutdownWatchdog`` sees to it that there is an end.
///
/// Make one for a process, before it says that it is ready. With two of them a signal can reach the one and be lost for the
/// other.
package struct ShutdownSignals: Sendable {
    /// A service, and what its end means for the others.
    package typealias Configuration = ServiceGroupConfiguration.ServiceConfiguration

    private enum Event: Sendable {
        case signalled
        case started([Configuration])
        case ended
    }

    private let watchdog: ShutdownWatchdog
    private let sequence: UnixSignalsSequence

    /// - Parameter ending: How the process ends after the first signal, whatever its tasks do; nil when they may take as long
    ///   as they like.
    package init(ending: ShutdownWatchdog.Ending? = nil) async {
        let watchdog = ShutdownWatchdog(ending)
        await watchdog.listen()
        self.watchdog = watchdog
        sequence = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    }

    /// Runs services until one of them ends the group, or until a signal came and they have shut down. After a signal that
    /// came before, they are shut down as soon as they run.
    ///
    /// - Parameters:
    ///   - services: Started in this order, and shut down in the opposite one.
    ///   - patience: How long they may take to shut down; then their tasks are cancelled. Nil for as long as they like.
    /// - Throws: What the services throw.
    package func run(_ services: [Configuration], patience: Duration? = nil) async throws {
        try await run(patience: patience, endingThen: nil) { services }
    }

    /// Makes services and runs them as the other function does. A signal that comes while they are made cancels that, and
    /// none of them runs.
    ///
    /// - Parameters:
    ///   - patience: How long they may take to shut down; then their tasks are cancelled.
    ///   - ending: How the process ends after a signal from now on; until the services are made, it ends as it was told first.
    ///   - start: Makes the services. It begins nothing that must be brought to an end.
    /// - Throws: What making the services, and what the services throw.
    func run(
        patience: Duration,
        ending: ShutdownWatchdog.Ending,
        startingWith start: @escaping @Sendable () async throws -> [Configuration]
    ) async throws {
        try await run(patience: patience, endingThen: ending, start)
    }

    private func run(
        patience: Duration?,
        endingThen ending: ShutdownWatchdog.Ending?,
        _ start: @escaping @Sendable () async throws -> [Configuration]
    ) async throws {
        try await withThrowingTaskGroup(of: Event.self) { tasks in
            tasks.addTask {
                await firstSignal()
                return .signalled
            }
            tasks.addTask { .started(try await start()) }
            var group: ServiceGroup?
            var isSignalled = false
            events: while let event = try await tasks.next() {
                switch event {
                case .signalled:
                    isSignalled = true
                    if let group { await group.triggerGracefulShutdown() } else if ending != nil { break events }
                case .started(let services):
                    // The watchdog may have heard what the sequence is about to tell.
                    if let ending, !watchdog.change(to: ending) { break events }
                    let running = ShutdownSignals.group(of: services, patience: patience)
                    if isSignalled { await running.triggerGracefulShutdown() }
                    tasks.addTask {
                        try await running.run()
                        return .ended
                    }
                    group = running
                case .ended: break events
                }
            }
            tasks.cancelAll()
        }
    }

    /// Waits for a signal; of a second one the watchdog takes care.
    private func firstSignal() async {
        // The watchdog listens for a moment longer than the sequence.
        guard !watchdog.isSignalled else { return }
        for await _ in sequence { return }
    }

    private static func group(of services: [Configuration], patience: Duration?) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [],
            logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() }
        )
        configuration.maximumGracefulShutdownDuration = patience
        return ServiceGroup(configuration: configuration)
    }
}

/// Runs a body that ends by itself, and cancels it at SIGTERM or Ctrl-C, so that it can finish the request it is in.
///
/// - Parameters:
///   - stopped: The status with which the command ends when the body threw because of the signal: it then changed nothing,
///     and that is said, whatever request it was in.
///   - body: What to run.
/// - Returns: What the body returned.
/// - Throws: What the body threw without a signal; after one ``CommandFailure``.
func untilSignalled<Result: Sendable>(
    stopped: Int32 = 2,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let interruption = CommandFailure("interrupted: \(PassOutcome.stoppedBeforeAnyChange)", status: stopped)
    let box = ResultBox<Result>()
    try await ShutdownSignals().run([
        .init(
            service: OneShot(body: body, box: box, interruption: interruption),
            successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup
        )
    ])
    guard let result = box.result.withLock({ $0 }) else { throw interruption }
    return try result.get()
}

private final class ResultBox<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, any Error>?>(nil)
}

private struct OneShot<Value: Sendable>: Service {
    let body: @Sendable () async throws -> Value
    let box: ResultBox<Value>
    let interruption: CommandFailure

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let result: Result<Value, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(Task.isCancelled ? interruption : error)
            }
            box.result.withLock { $0 = result }
        }
    }
}
