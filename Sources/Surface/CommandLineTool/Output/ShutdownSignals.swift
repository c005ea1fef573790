// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// SIGTERM and Ctrl-C, caught from the moment on at which this was made: the first asks for an orderly end, the second one
/// ends the process at once.
///
/// Make one for a process, before it says that it is ready. With two of them a signal can reach the one and be lost for the
/// other.
struct ShutdownSignals: Sendable {
    private let sequence: UnixSignalsSequence

    init() async { sequence = await UnixSignalsSequence(trapping: .sigterm, .sigint) }

    /// Runs services until one of them ends the group, or until a signal came and they have shut down.
    ///
    /// - Parameters:
    ///   - services: Started in this order, and shut down in the opposite one.
    ///   - patience: How long they may take to shut down; then their tasks are cancelled. Nil for as long as they like.
    ///   - ending: How the process ends after the signal, whatever its tasks do; nil when they may take as long as they like.
    /// - Throws: What the services throw.
    func run(
        _ services: [ServiceGroupConfiguration.ServiceConfiguration],
        patience: Duration? = nil,
        ending: ShutdownWatchdog.Ending? = nil
    ) async throws {
        await ShutdownWatchdog(ending).listen()
        var configuration = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [],
            logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() }
        )
        configuration.maximumGracefulShutdownDuration = patience
        let group = ServiceGroup(configuration: configuration)
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                for await _ in sequence { await group.triggerGracefulShutdown() }
                return false
            }
            tasks.addTask {
                try await group.run()
                return true
            }
            while let isDone = try await tasks.next() {
                if isDone { break }
            }
            tasks.cancelAll()
        }
    }
}

/// Runs a body that ends by itself, and cancels it at SIGTERM or Ctrl-C, so that it can finish the request it is in.
///
/// - Returns: What the body returned.
/// - Throws: What the body threw.
func untilSignalled<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    let box = ResultBox<Result>()
    try await ShutdownSignals().run([
        .init(
            service: OneShot(body: body, box: box),
            successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup
        )
    ])
    guard let result = box.result.withLock({ $0 }) else { throw CancellationError() }
    return try result.get()
}

private final class ResultBox<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, any Error>?>(nil)
}

private struct OneShot<Value: Sendable>: Service {
    let body: @Sendable () async throws -> Value
    let box: ResultBox<Value>

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            box.result.withLock { $0 = result }
        }
    }
}
