// SPDX-License-Identifier: Apache-2.0
import CLibGit2
import Processes

/// Talks to one server inside the worker process: every method is one connection.
struct RemoteSession {
    let address: GitAddress
    let credentials: WorkerRequest.Credentials?
    let limits: GitLimits
    /// In the worker's HOME, where libssh2 looks for it.
    let knownHostsFile: String

    /// The server's branches and tags.
    func list() throws(GitError) -> RemoteRefs {
        try converse { callbacks throws(LibGit2Error) in
            let remote = try RemoteHandle(detached: address.remote)
            var options = git_remote_connect_options()
            try LibGit2.check("git_remote_connect_options_init") {
                git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
            }
            callbacks.install(in: &options.callbacks)
            options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
            options.proxy_opts.type = GIT_PROXY_AUTO
            let raw = remote.raw
            try withHeaders { headers throws(LibGit2Error) in
                options.custom_headers = headers
                try LibGit2.check("git_remote_connect") { git_remote_connect_ext(raw, GIT_DIRECTION_FETCH, &options) }
            }
            return RemoteRefs(try refs(of: remote))
        }
    }

    /// Brings what `refspec` names into `repository`. Tags come only if the refspec names them.
    func fetch(_ refspecs: [String], into repository: borrowing RepositoryHandle) throws(GitError) {
        let owner = repository.raw
        try converse { callbacks throws(LibGit2Error) in
            let remote = try RemoteHandle(anonymous: address.remote, in: owner)
            var options = git_fetch_options()
            try LibGit2.check("git_fetch_options_init") {
                git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
            }
            callbacks.install(in: &options.callbacks)
            options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
            options.proxy_opts.type = GIT_PROXY_AUTO
            options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
            options.update_fetchhead = 0
            let raw = remote.raw
            try withHeaders { headers throws(LibGit2Error) in
                options.custom_headers = headers
                try RemoteSession.withStrings(refspecs) { array throws(LibGit2Error) in
                    try LibGit2.check("git_remote_fetch") { git_remote_fetch(raw, &array, &options, nil) }
                }
            }
        }
    }

    /// Runs one connection for each kind of host key that `known_hosts` has, until one is offered by the server.
    private func converse<Value>(
        _ body: (RemoteCallbacks) throws(LibGit2Error) -> Value
    ) throws(GitError) -> Value {
        let knownHosts = KnownHosts(credentials?.knownHosts ?? "")
        var types: [String?] = [nil]
        if address.scheme == .ssh {
            let known = knownHosts.keyTypes(host: address.host, port: address.port)
            if !known.isEmpty { types = known }
        }
        while true {
            let type = types.removeFirst()
            try writeKnownHosts(knownHosts, keyType: type)
            let callbacks = RemoteCallbacks(
                address: address,
                credentials: credentials,
                knownHosts: knownHosts,
                limits: limits
            )
            do throws(LibGit2Error) {
                return try withExtendedLifetime(callbacks) { () throws(LibGit2Error) in try body(callbacks) }
            } catch {
                if error.message.contains("exchange encryption keys"), !types.isEmpty { continue }
                throw callbacks.refusal ?? RemoteFailure.explain(error, address: address)
            }
        }
    }

    /// libssh2 asks the server for the kind of key that its own file holds; the verdict is ours alone.
    private func writeKnownHosts(_ knownHosts: KnownHosts, keyType: String?) throws(GitError) {
        guard address.scheme == .ssh else { return }
        let line = keyType.flatMap { knownHosts.plainLine(host: address.host, port: address.port, keyType: $0) } ?? ""
        try MirrorFolder.writePrivate(line, to: knownHostsFile)
    }

    private func refs(of remote: borrowing RemoteHandle) throws(LibGit2Error) -> [RemoteRef] {
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        let raw = remote.raw
        try LibGit2.check("git_remote_ls") { git_remote_ls(&heads, &count, raw) }
        guard count <= limits.refs else {
            throw LibGit2Error(
                call: "git_remote_ls",
                code: -1,
                category: 0,
                message: "too large: \(count) branches and tags"
            )
        }
        var refs: [RemoteRef] = []
        refs.reserveCapacity(count)
        for index in 0..<count {
            guard let head = heads?[index]?.pointee, let name = head.name else { continue }
            refs.append(RemoteRef(name: String(cString: name), id: head.oid.hex))
        }
        return refs
    }

    private func withHeaders(_ body: (git_strarray) throws(LibGit2Error) -> Void) throws(LibGit2Error) {
        let isSecure = address.scheme == .https || address.scheme == .http
        let headers = isSecure ? credentials?.bearerToken.map { ["Authorization: Bearer \($0)"] } ?? [] : []
        try RemoteSession.withStrings(headers) { array throws(LibGit2Error) in try body(array) }
    }

    private static func withStrings(
        _ texts: [String],
        _ body: (inout git_strarray) throws(LibGit2Error) -> Void
    ) throws(LibGit2Error) {
        let copies = CStrings(texts)
        var array = git_strarray(strings: copies.pointers, count: texts.count)
        try withExtendedLifetime(copies) { () throws(LibGit2Error) in try body(&array) }
    }
}
