// SPDX-License-Identifier: Apache-2.0
import CLibCurl
import Synchronization

/// One request on its way and what came back so far.
///
/// `@unchecked Sendable`: after it was handed to the loop only the wire's thread touches it; `isCancelled`, which other
/// threads set, is atomic.
final class Transfer: @unchecked Sendable {
    /// Where the answer goes.
    enum Delivery {
        /// All at once, when it is complete.
        case whole(CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>)
        /// The head first, then the body in pieces.
        case stream(StreamBuffer)
    }

    /// The most that all headers of one answer may take.
    static let maxHeaderBytes = 256 << 10

    let request: HTTPRequest
    let origin: String
    let isCancelled = Atomic(false)
    private let delivery: Delivery
    /// When the whole request must be over; nil for a stream without an end.
    let deadline: ContinuousClock.Instant?
    private(set) var lastActivity: ContinuousClock.Instant
    private(set) var isPaused = false
    private var status = 0
    private var headers: [HTTPHeader] = []
    private var headerBytes = 0
    private var isHeadComplete = false
    private var body: [UInt8] = []
    private var bodyBytesSent = 0
    private var failure: (reason: HTTPError.Reason, message: String)?

    init(_ request: HTTPRequest, delivery: Delivery) {
        self.request = request
        self.delivery = delivery
        origin = HTTPOrigin(url: request.url).map { "\($0.scheme)://\($0.urlHost):\($0.port)" } ?? ""
        lastActivity = .now
        deadline = request.deadlines.total.map(ContinuousClock.now.advanced(by:))
    }

    /// Whether it has waited too long.
    func hasExpired(at now: ContinuousClock.Instant) -> Bool { deadline.map { $0 <= now } ?? false }

    /// Streams have no end, so they do not take the place of short requests.
    var countsAgainstLimit: Bool {
        if case .whole = delivery { true } else { false }
    }

    /// When the transfer is dead for want of bytes; nil when there is no such limit now.
    var silenceDeadline: ContinuousClock.Instant? {
        isPaused ? nil : request.deadlines.silence.map(lastActivity.advanced(by:))
    }

    /// Whether the server can have the request as a whole.
    var isBodySent: Bool { request.mayBeResent || bodyBytesSent == request.body?.count ?? 0 }

    /// Why a callback ended the transfer; nil when none did.
    var ownFailure: (reason: HTTPError.Reason, message: String)? { failure }

    /// Notes that the host's name leads where the request must not go.
    func refuseAddress() {
        failure = (.refusedAddress, "its address is of this machine, its link or a cloud's metadata service")
    }

    func started() { lastActivity = .now }

    func resumed() {
        isPaused = false
        lastActivity = .now
    }

    /// Reports the end: with the whole answer, or with an error.
    func finish(_ error: HTTPError?) {
        switch delivery {
        case .whole(let continuation):
            if let error {
                continuation.resume(returning: .failure(error))
            } else {
                continuation.resume(
                    returning: .success(HTTPResponse(head: HTTPHead(status: status, headers: headers), body: body))
                )
            }
        case .stream(let buffer): buffer.finish(error)
        }
    }

    /// Takes one header line; returns the number of bytes that libcurl expects.
    func receive(headerLine bytes: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        headerBytes += bytes.count
        guard headerBytes <= Transfer.maxHeaderBytes else {
            failure = (.malformedAnswer, "the headers are longer than \(Transfer.maxHeaderBytes) bytes")
            return Int(CURL_WRITEFUNC_ERROR)
        }
        var line = String(decoding: bytes, as: UTF8.self)[...]
        while line.last?.isNewline == true { line.removeLast() }
        if line.hasPrefix("HTTP/"), !isHeadComplete {
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            headers = []
        } else if line.isEmpty {
            completeHead()
        } else if !isHeadComplete, let colon = line.firstIndex(of: ":"), colon != line.startIndex {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append(HTTPHeader(String(line[..<colon]), String(value)))
        }
        return bytes.count
    }

    private func completeHead() {
        guard status >= 200, !isHeadComplete else { return }
        isHeadComplete = true
        switch delivery {
        case .stream(let buffer): buffer.begin(HTTPHead(status: status, headers: headers))
        case .whole:
            let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
            if length > 0 { body.reserveCapacity(min(length, request.maxBodyBytes, 16 << 20)) }
        }
    }

    /// Takes a piece of the body; returns the status that libcurl expects.
    func receive(body bytes: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        switch delivery {
        case .whole:
            guard body.count + bytes.count <= request.maxBodyBytes else {
                failure = (.tooLarge, "the answer is longer than \(request.maxBodyBytes) bytes")
                return Int(CURL_WRITEFUNC_ERROR)
            }
            body.append(contentsOf: bytes)
        case .stream(let buffer):
            guard buffer.offer(bytes) else {
                isPaused = true
                return Int(CURL_WRITEFUNC_PAUSE)
            }
        }
        return bytes.count
    }

    /// Copies the next piece of the request's body to libcurl; 0 at its end.
    func send(into space: UnsafeMutableRawBufferPointer) -> Int {
        lastActivity = .now
        guard let bytes = request.body else { return 0 }
        if bodyBytesSent == 0, let reason = request.gate?() {
            failure = (.withheld, reason)
            return Int(CURL_READFUNC_ABORT)
        }
        let piece = bytes[bodyBytesSent..<min(bodyBytesSent + space.count, bytes.count)]
        space.copyBytes(from: piece)
        bodyBytesSent += piece.count
        return piece.count
    }
}

/// libcurl's callbacks: the last argument is an unretained ``Transfer`` that the loop keeps alive.
let receiveHeader: curl_write_callback = { bytes, size, count, box in
    guard let bytes, let box else { return 0 }
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return Unmanaged<Transfer>.fromOpaque(box).takeUnretainedValue().receive(headerLine: buffer)
}

let receiveBody: curl_write_callback = { bytes, size, count, box in
    guard let bytes, let box else { return 0 }
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return Unmanaged<Transfer>.fromOpaque(box).takeUnretainedValue().receive(body: buffer)
}

let sendBody: curl_read_callback = { bytes, size, count, box in
    guard let bytes, let box else { return 0 }
    let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    return Unmanaged<Transfer>.fromOpaque(box).takeUnretainedValue().send(into: buffer)
}
