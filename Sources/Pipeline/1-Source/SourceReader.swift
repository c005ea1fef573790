// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeObjects

/// Reads one folder of one repository, commit by commit, through a bare mirror on disk. There is never a checkout.
///
/// Several readers, also in other processes, may share a folder: a file lock keeps them apart.
package actor SourceReader {
    /// What follows from a valid specification.
    private struct Place: Sendable {
        let remote: GitRemote
        let mirror: GitMirror
        let path: FolderPath
        let url: String
    }

    private let ref: GitRef
    private let place: Result<Place, SourceError>
    private let limits: SnapshotLimits
    private let pause: @Sendable () async throws -> Void
    private var lastTip: SourceTip?

    /// A wrong specification is reported by the first call, not here.
    ///
    /// - Parameters:
    ///   - spec: What is read.
    ///   - credentials: What the server may ask for; registered with the redactor here.
    ///   - folder: Holds the bare mirror; made with mode 0700 when it is missing, used by one project only.
    ///   - workerExecutable: Our own binary, started with `git-worker` for every network operation.
    ///   - deadline: The longest time one network operation may take before its process is killed.
    ///   - limits: What a snapshot may hold.
    ///   - repositoryLimits: What the repository may cost.
    ///   - pause: Waits before a tip that goes back in history is read for the second time.
    package init(
        spec: RepositorySpec,
        credentials: GitCredentials?,
        folder: String,
        workerExecutable: String,
        deadline: Duration = .seconds(60),
        limits: SnapshotLimits = SnapshotLimits(),
        repositoryLimits: GitLimits = GitLimits(),
        pause: @escaping @Sendable () async throws -> Void = { try await ContinuousClock().sleep(for: .seconds(5)) }
    ) {
        ref = spec.ref
        self.limits = limits
        self.pause = pause
        for secret in credentials?.secrets ?? [] { Redactor.shared.register(secret) }
        do throws(SourceError) {
            let path = try FolderPath(spec.path)
            let address = try SourceReader.address(spec.url)
            let remote = GitRemote(
                address: address,
                credentials: credentials,
                folder: folder,
                workerExecutable: workerExecutable,
                deadline: deadline,
                limits: repositoryLimits
            )
            let mirror = GitMirror(folder: folder, address: address)
            place = .success(Place(remote: remote, mirror: mirror, path: path, url: address.url))
        } catch {
            place = .failure(error)
        }
    }

    /// Asks the server where the ref is now: an `ls-remote`, nothing is downloaded. A pinned commit needs no question.
    ///
    /// A branch that went back to an ancestor of its last tip is read a second time before it is believed, because replicas of
    /// a server may lag behind each other.
    package func poll() async throws(SourceError) -> SourceTip {
        let place = try place.get()
        let tip = try await ask(place)
        guard try await isRewound(tip, place) else {
            lastTip = tip
            return tip
        }
        do {
            try await pause()
        } catch {
            throw SourceError(.git(.cancelled), "\(place.url): the poll was cancelled")
        }
        let second = try await ask(place)
        if second != tip, try await isRewound(second, place) {
            throw SourceError(.git(.server), "\(place.url): its replicas name different old commits; it is asked again")
        }
        lastTip = second
        return second
    }

    /// All manifests of the tip's folder, complete; fetches only when the commit is not in the mirror.
    ///
    /// A damaged mirror is cloned again once.
    package func snapshot(_ tip: SourceTip) async throws(SourceError) -> SourceSnapshot {
        let path = try place.get().path
        let limits = limits
        return try await read(tip) { reader, commit throws(SourceError) in
            let treeID = try FolderLookup(path: path, commit: commit).treeID(from: reader)
            var walk = SnapshotWalk(limits: limits)
            try walk.add(treeID, path: path.text, depth: 0, from: reader)
            let files = walk.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
            guard !files.isEmpty else {
                throw SourceError(
                    .emptyPath,
                    "\(path.text.isEmpty ? "the repository's root" : path.text + "/") at \(commit.id.prefix(8)) has no .yaml, .yml "
                        + "or .json file; nothing is deleted because of it: push the manifests, or change path"
                )
            }
            let info = CommitInfo(
                id: commit.id,
                ref: tip.refName,
                authorName: commit.authorName,
                authorEmail: commit.authorEmail,
                authoredAt: commit.authoredAt,
                subject: commit.subject
            )
            return SourceSnapshot(commit: info, path: path.text, treeID: treeID, files: files)
        }
    }

    /// The object id of the tip's folder: equal ids mean equal files, so rendering can be skipped.
    package func treeID(_ tip: SourceTip) async throws(SourceError) -> String {
        let path = try place.get().path
        return try await read(tip) { reader, commit throws(SourceError) in
            try FolderLookup(path: path, commit: commit).treeID(from: reader)
        }
    }

    /// How the tip relates to the commit that was synced before it, for the record.
    ///
    /// - Parameters:
    ///   - tip: The commit that is synced now.
    ///   - previousCommitID: 40 digits; a commit that the mirror does not have counts as `diverged`.
    /// - Returns: The relation, seen from the old commit to the new one.
    /// - Throws: ``SourceError`` when the mirror cannot be read.
    package func relation(of tip: SourceTip, to previousCommitID: String) async throws(SourceError) -> CommitRelation {
        guard tip.commitID != previousCommitID else { return .same }
        return try await read(tip) { reader, commit throws(SourceError) in
            do throws(GitError) {
                guard try reader.holds(previousCommitID) else { return .diverged }
                if try reader.isAncestor(previousCommitID, of: commit.id) { return .forward }
                return try reader.isAncestor(commit.id, of: previousCommitID) ? .rewound : .diverged
            } catch {
                throw SourceError(error)
            }
        }
    }
}

extension SourceReader {
    private static func address(_ url: String) throws(SourceError) -> GitAddress {
        do throws(GitError) {
            return try GitAddress(url)
        } catch {
            throw SourceError(error)
        }
    }

    private func ask(_ place: Place) async throws(SourceError) -> SourceTip {
        do throws(GitError) {
            let tip = try await place.remote.tip(of: ref)
            return SourceTip(commitID: tip.commitID, refName: tip.refName)
        } catch {
            throw SourceError(error)
        }
    }

    /// Whether a branch's tip is an ancestor of the last one: the one of the last poll, or after a restart of the last fetch.
    private func isRewound(_ tip: SourceTip, _ place: Place) async throws(SourceError) -> Bool {
        guard case .branch(let branch) = ref, tip != lastTip else { return false }
        let known = lastTip?.commitID
        do throws(GitError) {
            return try await place.mirror.read { reader throws(GitError) -> Bool in
                let last: String? = if let known { known } else { try reader.commitID(ofBranch: branch) }
                guard let last, last != tip.commitID, try reader.holds(tip.commitID), try reader.holds(last) else {
                    return false
                }
                return try reader.isAncestor(tip.commitID, of: last)
            }
        } catch {
            // No mirror yet, or a damaged one, which the next snapshot clones again: there is nothing to compare with.
            if error.reason == .missingObject || error.reason == .corruptMirror { return false }
            throw SourceError(error)
        }
    }

    /// Reads in the mirror once the commit is there. If the mirror turns out to be damaged it is cloned again, once.
    private func read<Value: Sendable>(
        _ tip: SourceTip,
        _ body: @escaping @Sendable (borrowing MirrorReader, GitCommit) throws(SourceError) -> Value
    ) async throws(SourceError) -> Value {
        let place = try place.get()
        do throws(SourceError) {
            return try await attempt(tip, place, body)
        } catch {
            switch error.reason {
            case .git(.missingObject): try await fetch(tip, place, isFresh: false)
            case .git(.corruptMirror): try await fetch(tip, place, isFresh: true)
            default: throw error
            }
        }
        do throws(SourceError) {
            return try await attempt(tip, place, body)
        } catch {
            guard error.reason == .git(.corruptMirror) else { throw error }
            try await fetch(tip, place, isFresh: true)
        }
        return try await attempt(tip, place, body)
    }

    private func attempt<Value: Sendable>(
        _ tip: SourceTip,
        _ place: Place,
        _ body: @escaping @Sendable (borrowing MirrorReader, GitCommit) throws(SourceError) -> Value
    ) async throws(SourceError) -> Value {
        let result: Result<Value, SourceError>
        do throws(GitError) {
            result = try await place.mirror.read { reader throws(GitError) -> Result<Value, SourceError> in
                let commit = try reader.commit(tip.commitID)
                do throws(SourceError) {
                    return .success(try body(reader, commit))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw SourceError(error)
        }
        return try result.get()
    }

    private func fetch(_ tip: SourceTip, _ place: Place, isFresh: Bool) async throws(SourceError) {
        do throws(GitError) {
            try await place.remote.fetch(
                GitTip(commitID: tip.commitID, refName: tip.refName),
                of: ref,
                isFresh: isFresh
            )
        } catch {
            throw SourceError(error)
        }
    }
}
