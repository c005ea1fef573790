// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects

/// Sends a body piece by piece.
protocol PieceWriter {
    /// Sends one piece; returns when the client's connection took it.
    mutating func write(_ bytes: [UInt8]) async throws
}

/// One HTTP answer, apart from any web framework.
struct APIResponse: Sendable {
    /// What is sent behind the head.
    enum Body: Sendable {
        case bytes([UInt8])
        /// Writes piece after piece and returns when the answer is complete; its task is cancelled when the client hangs
        /// up.
        case stream(@Sendable (inout any PieceWriter) async throws -> Void)
    }

    var status: Int
    var contentType = "application/json"
    /// The texts of `Warning` headers.
    var warnings: [String] = []
    var headers: [String: String] = [:]
    var body: Body

    /// A JSON document.
    static func json(_ json: JSON, status: Int = 200) -> APIResponse {
        APIResponse(status: status, body: .bytes(json.serialized() + [0x0A]))
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
