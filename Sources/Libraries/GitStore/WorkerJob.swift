// SPDX-License-Identifier: Apache-2.0
import CLibGit2
import Foundation

/// One request, worked off inside the worker process.
struct WorkerJob {
    private let request: WorkerRequest
    private let address: GitAddress
    private let folder: MirrorFolder
    private let session: RemoteSession

    init(_ request: WorkerRequest) throws(GitError) {
        self.request = request
        address = try GitAddress(request.url)
        folder = MirrorFolder(path: request.folder, address: address)
        session = RemoteSession(
            address: address,
            credentials: request.credentials,
            limits: request.limits,
            knownHostsFile: folder.knownHosts
        )
    }

    /// - Returns: The tip for `list`, the relation for `relate`; for `fetch`, after which the commit is in the mirror, whether
    ///   that is a new clone.
    func run() throws(GitError) -> WorkerAnswer {
        try LibGit2.start()
        if request.operation == .relate { return WorkerAnswer(relation: try relate()) }
        do throws(LibGit2Error) {
            try LibGit2.check("GIT_OPT_SET_PACK_MAX") {
                sternpost_git_set_pack_limits(request.limits.packObjects, request.limits.objectBytes)
            }
        } catch {
            throw GitError(.worker, "libgit2: \(error.message)")
        }
        try useAuthorities()
        try guardStreams()
        if address.scheme == .ssh, let identity = request.credentials?.identity {
            try PrivateKey.check(identity, hasPassphrase: request.credentials?.password != nil)
        }
        switch request.operation {
        case .list: return WorkerAnswer(tip: try session.list().tip(of: request.ref.value))
        case .fetch:
            guard let commit = request.commit else { throw GitError(.worker, "git process: fetch without a commit") }
            let isNewClone = try folder.withLock(exclusive: true) { () throws(GitError) -> Bool in
                try bring(commit)
            }
            return WorkerAnswer(isNewClone: isNewClone)
        case .relate: break
        }
        return WorkerAnswer()
    }

    /// Histories may be long and their commits large, so they are walked here, where time and memory have a limit.
    private func relate() throws(GitError) -> GitRelation {
        guard let commit = request.commit, let previous = request.previous else {
            throw GitError(.worker, "git process: relate without two commits")
        }
        guard folder.hasMirror else { return .unknown }
        return try folder.withLock(exclusive: false) { () throws(GitError) in
            let reader = try MirrorReader(path: folder.mirror)
            guard try reader.holds(commit), try reader.holds(previous) else { return .unknown }
            if try reader.isAncestor(previous, of: commit) { return .descendant }
            return try reader.isAncestor(commit, of: previous) ? .ancestor : .unrelated
        }
    }

    /// With mbedTLS the file replaces the system's authorities; in this process that concerns one server only.
    private func useAuthorities() throws(GitError) {
        guard let authorities = request.credentials?.authorities, address.scheme == .https else { return }
        let file = folder.authorities
        try MirrorFolder.writePrivate(authorities, to: file)
        do throws(LibGit2Error) {
            try LibGit2.check("GIT_OPT_SET_SSL_CERT_LOCATIONS") { sternpost_git_set_authorities(file) }
        } catch {
            throw RemoteFailure.explain(error, address: address)
        }
    }

    /// A redirect must not take credentials to another port of the host. A proxy is another host by design, and connects by
    /// itself, so there libgit2's own comparison of host names is all there is.
    private func guardStreams() throws(GitError) {
        guard [.http, .https].contains(address.scheme), !WorkerProcess.hasProxy else { return }
        do throws(LibGit2Error) {
            try LibGit2.check("git_stream_register") {
                sternpost_git_guard_streams(address.host, Int32(address.port))
            }
        } catch {
            throw GitError(.worker, "libgit2: \(error.message)")
        }
    }

    /// Fetches into the mirror if there is one and it is sound, and clones otherwise.
    ///
    /// - Returns: Whether it was cloned.
    private func bring(_ commit: String) throws(GitError) -> Bool {
        try folder.sweep()
        if !request.isFresh, folder.hasMirror, try !folder.isOvergrown(request.limits) {
            do throws(GitError) {
                let mirror = try open { () throws(LibGit2Error) in try RepositoryHandle(bareAt: folder.mirror) }
                try fetch(commit, into: mirror)
                return false
            } catch {
                guard error.reason == .corruptMirror else { throw error }
            }
        }
        do throws(GitError) {
            let incoming = try open { () throws(LibGit2Error) in try RepositoryHandle(creatingBareAt: folder.incoming) }
            try fetch(commit, into: incoming)
        } catch {
            guard error.reason == .corruptMirror else { throw error }
            throw GitError(.server, "\(error.message); a new clone fails too: run git fsck in the repository itself")
        }
        try folder.replaceMirror()
        return true
    }

    private func open(_ body: () throws(LibGit2Error) -> RepositoryHandle) throws(GitError) -> RepositoryHandle {
        do throws(LibGit2Error) {
            return try body()
        } catch {
            if error.has(code: GIT_EOWNER) {
                throw GitError(.storage, "\(error.message); run as the data folder's owner")
            }
            throw GitError(.corruptMirror, "git mirror \(folder.mirror) cannot be opened: \(error.message)")
        }
    }

    private func fetch(_ commit: String, into repository: borrowing RepositoryHandle) throws(GitError) {
        switch request.ref.value {
        case .branch(let name): try session.fetch(["+refs/heads/\(name):refs/heads/\(name)"], into: repository)
        case .tag(let name), .semver(let name):
            try session.fetch(["+refs/tags/\(name):refs/tags/\(name)"], into: repository)
        case .commit(let id): try fetchPinned(id, into: repository)
        }
        switch header(commit, repository)?.isCommit {
        case true?: return
        case false?:
            // The header of a damaged object may contain anything; only a whole object is trusted.
            try check(commit, repository)
            throw GitError(
                .missingRef,
                "\(request.ref.value) names no commit, but another kind of object; push a commit there or change ref"
            )
        case nil:
            try checkTips(repository)
            throw gone(commit)
        }
    }

    private func check(_ id: String, _ repository: borrowing RepositoryHandle) throws(GitError) {
        do throws(LibGit2Error) {
            try repository.check(try git_oid(hex: id))
        } catch {
            throw GitError(.corruptMirror, "git mirror \(folder.mirror): \(id) cannot be read: \(error.message)")
        }
    }

    /// A ref without its commit shows that objects were lost; then it is the mirror that lacks the commit, not the server.
    private func checkTips(_ repository: borrowing RepositoryHandle) throws(GitError) {
        do throws(LibGit2Error) {
            try repository.checkTips()
        } catch {
            throw GitError(.corruptMirror, "git mirror \(folder.mirror) has lost objects: \(error.message)")
        }
    }

    /// Most servers give a commit by its id only when a ref points to it; then everything is fetched once.
    private func fetchPinned(_ id: String, into repository: borrowing RepositoryHandle) throws(GitError) {
        do throws(GitError) {
            try session.fetch(["+\(id):refs/sternpost/\(id)"], into: repository)
            if header(id, repository) != nil { return }
        } catch {
            guard error.reason == .server || error.reason == .corruptMirror else { throw error }
        }
        try session.fetch(["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"], into: repository)
    }

    private func header(_ id: String, _ repository: borrowing RepositoryHandle) -> (isCommit: Bool, size: Int)? {
        do throws(LibGit2Error) {
            return try repository.header(of: id)
        } catch {
            return nil
        }
    }

    private func gone(_ commit: String) -> GitError {
        if case .commit = request.ref.value {
            return GitError(
                .missingRef,
                "no branch or tag of the repository contains commit \(commit); push it or change ref"
            )
        }
        return GitError(
            .missingObject,
            "commit \(commit.prefix(8)) is gone from \(request.ref.value): it was rewritten between the poll and the "
                + "fetch; the next poll reads the new tip"
        )
    }
}
