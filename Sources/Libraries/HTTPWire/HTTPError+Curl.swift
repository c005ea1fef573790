// SPDX-License-Identifier: Apache-2.0
import CLibCurl

extension HTTPError {
    /// Translates how libcurl ended a transfer.
    init(_ code: CURLcode, of transfer: Transfer, on easy: EasyHandle) {
        if let own = transfer.ownFailure {
            guard own.reason != .withheld else {
                self.init(reason: .withheld, message: own.message, mayHaveBeenSent: false)
                return
            }
            self.init(
                reason: own.reason,
                message: "\(transfer.origin): \(own.message)",
                mayHaveBeenSent: own.reason != .refusedAddress
            )
            return
        }
        if code == CURLE_OUT_OF_MEMORY, easy.long(CURLINFO_REQUEST_SIZE) > 0 {
            let problem = "a header line of the answer is longer than the 100 KB that libcurl takes, or memory is short"
            self.init(reason: .malformedAnswer, message: "\(transfer.origin): \(problem)", mayHaveBeenSent: true)
            return
        }
        let text = easy.failureText.isEmpty ? String(cString: curl_easy_strerror(code)) : easy.failureText
        let proxyAnswer = easy.long(CURLINFO_HTTP_CONNECTCODE)
        let isProxyRefusal = proxyAnswer != 0 && proxyAnswer / 100 != 2
        let reason = isProxyRefusal ? Reason.proxy : HTTPError.reason(of: code, text: text)
        self.init(
            reason: reason,
            message: "\(transfer.origin): \(text)\(HTTPError.remedy(reason))",
            mayHaveBeenSent: !isProxyRefusal && easy.long(CURLINFO_REQUEST_SIZE) > 0 && transfer.isBodySent
        )
    }

    private static func reason(of code: CURLcode, text: String) -> Reason {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: .nameResolution
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxy
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_CIPHER, CURLE_SSL_CLIENTCERT:
            .tls
        case CURLE_SSL_CERTPROBLEM, CURLE_URL_MALFORMAT, CURLE_OUT_OF_MEMORY,
            CURLE_BAD_FUNCTION_ARGUMENT:
            .badRequest
        // The scheme was checked before: this is an answer without a status line.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: .malformedAnswer
        // A server that refuses our certificate says so in TLS 1.3 only after the handshake.
        case CURLE_RECV_ERROR where text.contains("alert") && text.contains("SSL"): .tls
        default: .connectionLost
        }
    }

    private static func remedy(_ reason: Reason) -> String {
        switch reason {
        case .nameResolution: "; check the host name and DNS"
        case .connect: "; check that the server runs and that the port is open"
        case .proxy: "; check HTTPS_PROXY, HTTP_PROXY, NO_PROXY or proxy-url"
        case .tls: "; check the certificate authority, the server name and the client certificate"
        default: ""
        }
    }
}
