// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The system made no thread.
package struct ThreadFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// An `errno`; `EAGAIN` when a limit is reached or memory is short.
    package let code: Int32

    package init(code: Int32) { self.code = code }

    /// One line: what failed, why, and what to do.
    package var description: String {
        "no thread can be started: \(SystemFailure(code: code)); raise the limit of processes (ulimit -u, pids.max) or "
            + "free some memory"
    }
}

/// Runs work that takes long or waits in a C call on a thread of its own: the cooperative pool has one thread for each
/// core, and such work would take it away from all other tasks.
///
/// - Parameters:
///   - name: Shown by `ps -T` and debuggers; at most 15 bytes of it.
///   - stackBytes: The size of the stack; by default that of the main thread's, because values nest.
///   - work: Runs from start to end on the new thread, so thread-local state and C handles are safe inside it.
/// - Returns: What `work` returned.
/// - Throws: ``ThreadFailure``; then `work` was not called.
package func onOwnThread<Value: Sendable>(
    named name: String? = nil,
    stackBytes: Int = 8 << 20,
    _ work: @escaping @Sendable () -> Value
) async throws(ThreadFailure) -> Value {
    let result = await withCheckedContinuation { (done: CheckedContinuation<Result<Value, ThreadFailure>, Never>) in
        do throws(ThreadFailure) {
            try startThread(named: name, stackBytes: stackBytes) { done.resume(returning: .success(work())) }
        } catch {
            done.resume(returning: .failure(error))
        }
    }
    return try result.get()
}

/// Starts a thread that nobody waits for.
///
/// Not Foundation's `Thread`: that does not say when no thread could be made, and who waits for its work would wait for
/// ever.
///
/// - Parameters:
///   - name: Shown by `ps -T` and debuggers; at most 15 bytes of it.
///   - stackBytes: The size of the stack.
///   - work: Runs from start to end on the new thread.
/// - Throws: ``ThreadFailure``; then `work` is not called.
package func startThread(
    named name: String?,
    stackBytes: Int,
    _ work: @escaping @Sendable () -> Void
) throws(ThreadFailure) {
    let code = ThreadBody.start(stackBytes: stackBytes) {
        // Foundation gives the kernel the name of a running thread only.
        if let name { Thread.current.name = name }
        work()
    }
    if code != 0 { throw ThreadFailure(code: code) }
}

/// What a thread runs, as an object that a C pointer can carry.
private final class ThreadBody: Sendable {
    private let run: @Sendable () -> Void

    private init(_ run: @escaping @Sendable () -> Void) { self.run = run }

    /// Starts a detached thread.
    ///
    /// - Returns: 0; or an `errno`, and nothing is run.
    static func start(stackBytes: Int, _ run: @escaping @Sendable () -> Void) -> Int32 {
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        defer { attributes.deallocate() }
        let made = pthread_attr_init(attributes)
        guard made == 0 else { return made }
        defer { pthread_attr_destroy(attributes) }
        let sized = pthread_attr_setstacksize(attributes, stackBytes)
        guard sized == 0 else { return sized }
        let body = Unmanaged.passRetained(ThreadBody(run))
        var thread: pthread_t = 0
        let code = pthread_create(
            &thread,
            attributes,
            { context in
                guard let context = context as UnsafeMutableRawPointer? else { return nil }
                Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            body.toOpaque()
        )
        guard code == 0 else {
            body.release()
            return code
        }
        pthread_detach(thread)
        return 0
    }
}
