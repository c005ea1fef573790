// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One HTTP answer, apart from any web framework.
struct APIResponse: Sendable {
    /// Sends one piece of a body; returns when the client took it.
    typealias Write = @Sendable ([UInt8]) async throws -> Void

    /// What is sent behind the head.
    enum Body: Sendable {
        case bytes([UInt8])
        /// Calls `Write` for each piece and returns when the answer is complete; its task is cancelled when the client
        /// hangs up.
        case stream(@Sendable (@escaping Write) async throws -> Void)
    }

    var status: Int
    var contentType = "application/json"
    /// The texts of `Warning` headers.
    var warnings: [String] = []
    var headers: [String: String] = [:]
    var body: Body

    /// A JSON document.
    static func json(_ json: JSON, status: Int = 200, warnings: [String] = []) -> APIResponse {
        APIResponse(status: status, warnings: warnings, body: .bytes(json.serialized() + [0x0A]))
    }

    /// Plain text.
    static func text(_ text: String, status: Int = 200) -> APIResponse {
        APIResponse(status: status, contentType: "text/plain; charset=utf-8", body: .bytes(Array(text.utf8)))
    }

    /// A refusal.
    static func failure(_ error: StatusError) -> APIResponse {
        var response = json(error.json, status: error.code)
        if let seconds = error.details?.retryAfterSeconds, seconds > 0 {
            response.headers["Retry-After"] = String(seconds)
        }
        return response
    }
}
