// SPDX-License-Identifier: Apache-2.0
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
    try await group.run()
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
