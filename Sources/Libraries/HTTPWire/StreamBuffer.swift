// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What lies between the wire's thread, which puts bytes in, and the one task that takes them out.
final class StreamBuffer: Sendable {
    private struct State {
        var head: HTTPHead?
        var bytes: [UInt8] = []
        /// Set when the transfer ended: with nil as it should, or with an error.
        var end: HTTPError??
        /// Whether the transfer was refused a piece and waits to be resumed.
        var isPaused = false
        var headWaiter: CheckedContinuation<Result<HTTPHead, HTTPError>, Never>?
        var bytesWaiter: CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>?
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// Holds at most `capacity` bytes (but always at least one piece of the wire's).
    init(capacity: Int) { self.capacity = capacity }

    // MARK: the wire's side

    func begin(_ head: HTTPHead) {
        state.withLock { state in
            state.head = head
            state.headWaiter.take()?.resume(returning: .success(head))
        }
    }

    /// False when the buffer is full; the piece is then offered again after `onRoom`.
    func offer(_ piece: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            if let waiter = state.bytesWaiter.take() {
                waiter.resume(returning: .success(Array(piece)))
                return true
            }
            guard state.bytes.isEmpty || state.bytes.count + piece.count <= capacity else {
                state.isPaused = true
                return false
            }
            state.bytes.append(contentsOf: piece)
            return true
        }
    }

    func finish(_ error: HTTPError?) {
        state.withLock { state in
            state.end = .some(error)
            let lost = HTTPError(reason: .malformedAnswer, message: "no headers in the answer", mayHaveBeenSent: true)
            state.headWaiter.take()?.resume(returning: .failure(error ?? lost))
            state.bytesWaiter.take()?.resume(returning: StreamBuffer.last(error))
        }
    }

    /// What a reader gets when the bytes are used up.
    private static func last(_ error: HTTPError?) -> Result<[UInt8]?, HTTPError> {
        if let error { .failure(error) } else { .success(nil) }
    }

    // MARK: the reader's side

    func head() async -> Result<HTTPHead, HTTPError> {
        await withCheckedContinuation { waiter in
            state.withLock { state in
                if let head = state.head {
                    waiter.resume(returning: .success(head))
                } else if case .some(.some(let error)) = state.end {
                    waiter.resume(returning: .failure(error))
                } else {
                    state.headWaiter = waiter
                }
            }
        }
    }

    /// The bytes that came since the last call, waiting for at least one; nil at the end of the body.
    func next(
        isolation actor: isolated (any Actor)?,
        onRoom: () -> Void
    ) async throws(HTTPError) -> [UInt8]? {
        var hasRoom = false
        typealias Waiter = CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>
        let result = await withCheckedContinuation(isolation: actor) { (waiter: Waiter) in
            state.withLock { state in
                if !state.bytes.isEmpty {
                    waiter.resume(returning: .success(state.bytes))
                    state.bytes = []
                    hasRoom = state.isPaused
                    state.isPaused = false
                } else if let end = state.end {
                    waiter.resume(returning: StreamBuffer.last(end))
                } else {
                    state.bytesWaiter = waiter
                }
            }
        }
        if hasRoom { onRoom() }
        return try result.get()
    }
}
