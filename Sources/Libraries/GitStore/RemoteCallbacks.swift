// SPDX-License-Identifier: Apache-2.0
import CLibGit2

/// What libgit2 asks while it talks to a server, and what we answered. Lives on one thread, for one connection.
final class RemoteCallbacks {
    /// Why a callback refused; more exact than libgit2's own message.
    private(set) var refusal: GitError?

    private let address: GitAddress
    private let credentials: WorkerRequest.Credentials?
    private let knownHosts: KnownHosts
    private let limits: GitLimits
    private var attempts = 0

    init(address: GitAddress, credentials: WorkerRequest.Credentials?, knownHosts: KnownHosts, limits: GitLimits) {
        self.address = address
        self.credentials = credentials
        self.knownHosts = knownHosts
        self.limits = limits
    }

    /// Puts the callbacks in; this object must stay alive until the connection is closed.
    func install(in callbacks: inout git_remote_callbacks) {
        callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
        callbacks.credentials = { credential, url, _, allowed, payload in
            guard let own = RemoteCallbacks.given(payload), let credential else { return GIT_EUSER.rawValue }
            return own.acquire(credential, url: url.map { String(cString: $0) } ?? "", allowed: allowed)
        }
        callbacks.transfer_progress = { progress, payload in
            guard let own = RemoteCallbacks.given(payload), let progress else { return GIT_EUSER.rawValue }
            return own.receive(bytes: progress.pointee.received_bytes, objects: progress.pointee.total_objects)
        }
        guard address.scheme == .ssh else { return }
        callbacks.certificate_check = { certificate, _, _, payload in
            guard let own = RemoteCallbacks.given(payload), let certificate else { return GIT_ECERTIFICATE.rawValue }
            return own.checkHostKey(certificate)
        }
    }

    private static func given(_ payload: UnsafeMutableRawPointer?) -> RemoteCallbacks? {
        payload.map { Unmanaged<RemoteCallbacks>.fromOpaque($0).takeUnretainedValue() }
    }

    private func refuse(_ reason: GitError.Reason, _ message: String, code: git_error_code = GIT_EUSER) -> Int32 {
        if refusal == nil { refusal = GitError(reason, message) }
        return code.rawValue
    }

    /// libgit2 asks again and again while the server says no, so the second question is a refusal.
    private func acquire(
        _ credential: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>,
        url: String,
        allowed: UInt32
    ) -> Int32 {
        guard address.isSameServer(as: url) else {
            return refuse(.redirected, "the server led to another host, which gets no credentials; use the final URL")
        }
        if allowed == GIT_CREDENTIAL_USERNAME.rawValue { return git_credential_username_new(credential, address.user) }
        attempts += 1
        return address.scheme == .ssh ? acquireKey(credential, allowed) : acquirePassword(credential, allowed)
    }

    private func acquirePassword(
        _ credential: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>,
        _ allowed: UInt32
    ) -> Int32 {
        guard let credentials, credentials.token != nil || credentials.password != nil || credentials.bearerToken != nil
        else {
            return refuse(
                .authentication,
                "the server wants credentials and none were given (a private repository, or one that does not exist); "
                    + "add username and password, or token"
            )
        }
        guard attempts == 1, credentials.bearerToken == nil else {
            let kind =
                credentials.bearerToken != nil
                ? "bearerToken" : credentials.token != nil ? "token" : "username or password"
            return refuse(
                .authentication,
                "the server refused the \(kind); check that it is current and may read the repository"
            )
        }
        guard allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0 else {
            return refuse(.authentication, "the server offers no basic authentication; use an ssh URL")
        }
        // Servers that take access tokens as passwords ignore the name or want a fixed one, which `username` can hold.
        let name = credentials.username ?? "x-access-token"
        return git_credential_userpass_plaintext_new(credential, name, credentials.token ?? credentials.password ?? "")
    }

    private func acquireKey(
        _ credential: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>,
        _ allowed: UInt32
    ) -> Int32 {
        guard let identity = credentials?.identity else {
            return refuse(
                .authentication,
                "ssh needs a key and none was given; add identity and known_hosts to the credentials"
            )
        }
        guard attempts == 1 else {
            return refuse(
                .authentication,
                "the ssh server refused the key for login \(address.user); register its public half as a deploy key there"
            )
        }
        guard allowed & GIT_CREDENTIAL_SSH_MEMORY.rawValue != 0 else {
            return refuse(
                .authentication,
                "the ssh server does not accept keys for login \(address.user); check the login name"
            )
        }
        let key = identity.hasSuffix("\n") ? identity : identity + "\n"
        return git_credential_ssh_key_memory_new(credential, address.user, nil, key, credentials?.password)
    }

    private func receive(bytes: Int, objects: UInt32) -> Int32 {
        guard bytes <= limits.packBytes, Int(objects) <= limits.packObjects else {
            return refuse(
                .tooLarge,
                "the repository is larger than \(limits.packBytes >> 20) MiB or \(limits.packObjects) objects; use a smaller one for manifests"
            )
        }
        return 0
    }

    private func checkHostKey(_ certificate: UnsafeMutablePointer<git_cert>) -> Int32 {
        guard certificate.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else {
            return refuse(.unknownHostKey, "the ssh server shows no host key", code: GIT_ECERTIFICATE)
        }
        let key: [UInt8] = certificate.withMemoryRebound(to: git_cert_hostkey.self, capacity: 1) { host in
            guard host.pointee.type.rawValue & GIT_CERT_SSH_RAW.rawValue != 0, let raw = host.pointee.hostkey else {
                return []
            }
            return Array(UnsafeRawBufferPointer(start: raw, count: host.pointee.hostkey_len))
        }
        let place = address.port == 22 ? address.host : "[\(address.host)]:\(address.port)"
        let shown = "\(KnownHosts.keyType(of: key)) \(KnownHosts.fingerprint(key))"
        switch knownHosts.verdict(on: key, host: address.host, port: address.port) {
        case .trusted: return 0
        case .unknown:
            let scan = address.port == 22 ? address.host : "-p \(address.port) \(address.host)"
            let lack =
                knownHosts.hasAuthority(host: address.host, port: address.port)
                ? "only a @cert-authority line, and host certificates are not supported," : "no key"
            return refuse(
                .unknownHostKey,
                "known_hosts has \(lack) for \(place), which shows \(shown); compare that with what its owner publishes, "
                    + "then add the line that ssh-keyscan \(scan) prints",
                code: GIT_ECERTIFICATE
            )
        case .changed:
            return refuse(
                .hostKeyChanged,
                "\(place) shows \(shown), but known_hosts has another key: somebody may be in between; only if its owner "
                    + "confirms the new key, replace the line in known_hosts",
                code: GIT_ECERTIFICATE
            )
        case .revoked:
            return refuse(
                .hostKeyRevoked,
                "\(place) shows \(shown), which known_hosts marks as @revoked; the server must get a new host key",
                code: GIT_ECERTIFICATE
            )
        }
    }
}
