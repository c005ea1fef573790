// SPDX-License-Identifier: Apache-2.0
import CLibCurl

extension EasyHandle {
    /// Sets everything that a request asks for. The transfer must live as long as the handle works for it.
    func configure(for transfer: Transfer) throws(HTTPError) {
        let request = transfer.request
        try keepFailureText()
        try set(CURLOPT_NOSIGNAL, 1)
        // Without this, giving up on a slow name look-up would block the thread until the look-up ends.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_HTTP_VERSION, Int(request.version == .http1 ? httpVersion1 : httpVersion2))
        try set(CURLOPT_PIPEWAIT, request.version == .http2 ? 1 : 0)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_TCP_KEEPIDLE, 15)
        try set(CURLOPT_TCP_KEEPINTVL, 15)
        // Servers drop idle connections; not reusing old ones keeps requests off those about to be dropped.
        try set(CURLOPT_MAXAGE_CONN, 60)
        try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.deadlines.connect))
        if let deadline = transfer.deadline {
            try set(CURLOPT_TIMEOUT_MS, milliseconds(ContinuousClock.now.duration(to: deadline)))
        }
        try setCallbacks(transfer)
        try setTarget(request)
        try setBody(transfer)
        try setTrust(request.security)
        try setProxy(request)
        try guardAddresses(of: transfer)
    }

    private var httpVersion1: UInt32 { UInt32(CURL_HTTP_VERSION_1_1) }
    private var httpVersion2: UInt32 { UInt32(CURL_HTTP_VERSION_2TLS) }

    private func milliseconds(_ duration: Duration) -> Int {
        let parts = duration.components
        return max(1, Int(parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000))
    }

    private func setCallbacks(_ transfer: Transfer) throws(HTTPError) {
        let box = Unmanaged.passUnretained(transfer).toOpaque()
        try set(CURLOPT_PRIVATE, pointer: box)
        try set(CURLOPT_HEADERFUNCTION, function: receiveHeader)
        try set(CURLOPT_HEADERDATA, pointer: box)
        try set(CURLOPT_WRITEFUNCTION, function: receiveBody)
        try set(CURLOPT_WRITEDATA, pointer: box)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    }

    /// URL and headers. A server name of our own becomes the URL's host (so that SNI and the check of the certificate
    /// take it), while the connection and the `Host` header stay with the real one.
    private func setTarget(_ request: HTTPRequest) throws(HTTPError) {
        // "Expect: 100-continue" would cost a round trip for each large body.
        var lines = ["Expect:"]
        guard let origin = HTTPOrigin(url: request.url) else {
            throw HTTPError(reason: .badRequest, message: "not an http(s) URL", mayHaveBeenSent: false)
        }
        if let name = request.security.serverName, name != origin.host, origin.scheme == "https" {
            try set(CURLOPT_URL, "https://\(name):\(origin.port)\(origin.rest)")
            try set(CURLOPT_CONNECT_TO, list: ["\(name):\(origin.port):\(origin.urlHost):\(origin.port)"])
            lines.append("Host: \(origin.authority)")
        } else {
            try set(CURLOPT_URL, request.url)
        }
        for header in request.headers {
            guard !header.name.isEmpty, !(header.name + header.value).utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            else {
                throw HTTPError(
                    reason: .badRequest,
                    message: "header \(header.name.debugDescription) is empty or holds a control character",
                    mayHaveBeenSent: false
                )
            }
            lines.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        try set(CURLOPT_HTTPHEADER, list: lines)
    }

    private func setBody(_ transfer: Transfer) throws(HTTPError) {
        let request = transfer.request
        if let body = request.body {
            try set(CURLOPT_POST, 1)
            if request.mayBeResent {
                try set(copied: body)
            } else {
                // A read function that cannot seek: libcurl then fails instead of sending a write twice.
                try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: body.count)
                try set(CURLOPT_READFUNCTION, function: sendBody)
                try set(CURLOPT_READDATA, pointer: Unmanaged.passUnretained(transfer).toOpaque())
            }
            if request.method != "POST" { try set(CURLOPT_CUSTOMREQUEST, request.method) }
        } else if request.method == "HEAD" {
            try set(CURLOPT_NOBODY, 1)
        } else {
            try set(CURLOPT_HTTPGET, 1)
            if request.method != "GET" { try set(CURLOPT_CUSTOMREQUEST, request.method) }
        }
    }

    private func setTrust(_ security: HTTPSecurity) throws(HTTPError) {
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        switch security.trust {
        case .system: break
        case .only(let authorities):
            // The blob does not replace the built-in folder and file of public authorities: those have to go too.
            try set(CURLOPT_CAPATH, nil)
            try set(CURLOPT_CAINFO, nil)
            try set(CURLOPT_CAINFO_BLOB, blob: authorities)
            try set(CURLOPT_PROXY_CAPATH, nil)
            try set(CURLOPT_PROXY_CAINFO, nil)
            try set(CURLOPT_PROXY_CAINFO_BLOB, blob: authorities)
        case .anything:
            try set(CURLOPT_SSL_VERIFYPEER, 0)
            try set(CURLOPT_SSL_VERIFYHOST, 0)
        }
        guard let identity = security.identity else { return }
        try set(CURLOPT_SSLCERTTYPE, "PEM")
        try set(CURLOPT_SSLCERT_BLOB, blob: identity.certificate)
        try set(CURLOPT_SSLKEYTYPE, "PEM")
        try set(CURLOPT_SSLKEY_BLOB, blob: identity.key)
    }

    /// The environment is read by ``HTTPProxy``; libcurl's own reading of it is turned off.
    private func setProxy(_ request: HTTPRequest) throws(HTTPError) {
        try set(CURLOPT_NOPROXY, "")
        switch request.proxy {
        case .none: try set(CURLOPT_PROXY, "")
        case .url(let url): try set(CURLOPT_PROXY, url)
        }
    }
}
