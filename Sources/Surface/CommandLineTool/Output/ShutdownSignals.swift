// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs a body that ends by itself, and cancels it at SIGTERM or Ctrl-C, so that it can finish the request it is in.
///
/// - Returns: What the body returned.
/// - Throws: What the body threw.
func untilSignalled<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    let box = ResultBox<Result>()
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: [
                .init(
                    service: OneShot(body: body, box: box),
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "signals") { _ in SwiftLogNoOpLogHandler() }
        )
    )
    try await endingAtSecondSignal { try await group.run() }
    guard let result = box.result.withLock({ $0 }) else { throw CancellationError() }
    return try result.get()
}

/// Runs a body that obeys the first SIGTERM or Ctrl-C; the second one ends the process at once.
///
/// - Throws: What the body throws.
func endingAtSecondSignal(_ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            var isFirst = true
            for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                if !isFirst { _exit(128 + signal.rawValue) }
                isFirst = false
            }
            return false
        }
        group.addTask {
            try await body()
            return true
        }
        while let isDone = try await group.next() {
            if isDone { break }
        }
        group.cancelAll()
    }
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
