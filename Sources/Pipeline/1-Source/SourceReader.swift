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
        let origin: CommitOrigin
    }

    /// Two commits that were compared.
    private struct Pair: Sendable, Hashable {
        let tip: String
        let previous: String
    }

    /// Learns the credentials.
    package nonisolated let redactor: Redactor
    private let ref: GitRef
    private let place: Result<Place, SourceError>
    private let limits: SnapshotLimits
    private let pause: @Sendable () async throws -> Void
    /// A tip that went back in history and that every further poll confirmed: it is not polled repeatedly again.
    private var confirmed: SourceTip?
    /// How often this reader has cloned the repository.
    private var clones = 0
    /// The last tip whose new clone lacked the commit before it, with that commit: they are not cloned for again.
    private var lost: Pair?

    /// Long enough for the replicas of a busy server to catch up, three times over.
    package static let pause: @Sendable () async throws -> Void = {
        try await ContinuousClock().sleep(for: .seconds(3))
    }

    /// How many further polls must agree before a tip that goes back in history is accepted.
    private static let furtherLooks = 3

    /// A wrong specification is reported by the first call, not here.
    ///
    /// - Parameters:
    ///   - spec: What is read.
    ///   - credentials: What the server may ask for; the redactor learns them.
    ///   - folder: Holds the bare mirror; made with mode 0700 when it is missing, used by one project only.
    ///   - workerExecutable: Our own binary, started with `git-worker` for every network operation.
    ///   - redactor: The one of this process.
    ///   - deadline: The longest time one network operation may take before its process is killed.
    ///   - limits: What a snapshot may hold.
    ///   - repositoryLimits: What the repository may cost.
    ///   - pause: Waits before each further poll of a tip that goes back in history.
    package init(
        spec: RepositorySpec,
        credentials: GitCredentials?,
        folder: String,
        workerExecutable: String,
        redactor: Redactor = .shared,
        deadline: Duration = .seconds(60),
        limits: SnapshotLimits = SnapshotLimits(),
        repositoryLimits: GitLimits = GitLimits(),
        pause: @escaping @Sendable () async throws -> Void = SourceReader.pause
    ) {
        ref = spec.ref
        self.limits = limits
        self.redactor = redactor
        self.pause = pause
        for secret in credentials?.secrets ?? [] { redactor.register(secret) }
        do throws(SourceError) {
            let path = try FolderPath(spec.path)
            let address = try spec.address()
            let remote = GitRemote(
                address: address,
                credentials: credentials,
                folder: folder,
                workerExecutable: workerExecutable,
                deadline: deadline,
                limits: repositoryLimits
            )
            let mirror = GitMirror(folder: folder, address: address)
            let origin = try CommitOrigin(spec)
            place = .success(Place(remote: remote, mirror: mirror, path: path, url: address.url, origin: origin))
        } catch {
            place = .failure(error)
        }
    }

    /// Makes the folder of the mirror and checks that it can be written. A wrong specification is not reported here.
    ///
    /// - Throws: ``SourceError`` with reason `git(.storage)`.
    package func prepare() async throws(SourceError) {
        guard case .success(let place) = place else { return }
        do throws(GitError) { try await place.remote.prepare() } catch { throw SourceError(error) }
    }

    /// Asks the server where the ref is now: an `ls-remote`, nothing is downloaded. A pinned commit needs no request.
    ///
    /// Replicas of a server lag behind each other, and following an old tip undoes the new one. So a branch that went
    /// back to an ancestor of `previous`, and a range of versions whose best tag is gone, is polled three more times,
    /// some seconds apart, before it is accepted; for each tip once.
    ///
    /// - Parameters:
    ///   - previous: The commit that was synced last, 40 digits; nil when nothing was.
    ///   - previousRef: The branch or tag by which that commit was found; empty when not known.
    ///   - rewinding: Called with the older tip before the first wait.
    /// - Returns: The tip of the last poll.
    /// - Throws: ``SourceError``, also when the polls find several old commits.
    package func poll(
        after previous: String? = nil,
        from previousRef: String = "",
        rewinding: (@Sendable (SourceTip) -> Void)? = nil
    ) async throws(SourceError) -> SourceTip {
        let place = try place.get()
        let tip = try await ask(place)
        guard let previous = previous.map({ SourceTip(commitID: $0, refName: previousRef) }), tip != confirmed,
            try await isRewound(tip, from: previous, place)
        else {
            if tip != confirmed { confirmed = nil }
            return tip
        }
        rewinding?(tip)
        for _ in 0..<SourceReader.furtherLooks {
            do {
                try await pause()
            } catch {
                throw SourceError(.git(.cancelled), "\(place.url): the poll was cancelled")
            }
            let next = try await ask(place)
            if next == tip { continue }
            guard try await isRewound(next, from: previous, place) else { return next }
            throw SourceError(.git(.server), "\(place.url): its replicas name different old commits; it is asked again")
        }
        confirmed = tip
        return tip
    }

    /// All manifests of the tip's folder, complete; fetches only when the commit is not in the mirror.
    ///
    /// A damaged mirror is cloned again once.
    package func snapshot(_ tip: SourceTip) async throws(SourceError) -> SourceSnapshot {
        let place = try place.get()
        let (path, limits, origin) = (place.path, limits, place.origin)
        return try await read(tip) { reader, commit throws(SourceError) in
            let treeID = try FolderLookup(path: path, commit: commit, limits: limits).treeID(from: reader)
            var walk = SnapshotWalk(limits: limits)
            try walk.add(treeID, path: path.text, depth: 0, from: reader)
            let files = walk.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
            guard files.contains(where: { FileRule.Ending($0.path.utf8) == .manifest }) else {
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
                subject: commit.subject,
                origin: origin
            )
            return SourceSnapshot(commit: info, path: path.text, treeID: treeID, files: files)
        }
    }

    /// How the tip relates to the commit that was synced before it, for the record.
    ///
    /// A mirror without the old commit may have lost it by damage, so it is cloned again, once for these two commits. Only
    /// what a new clone lacks is `lost`.
    ///
    /// - Parameters:
    ///   - tip: The commit that is synced now.
    ///   - previousCommitID: 40 digits.
    /// - Returns: The relation, seen from the old commit to the new one.
    /// - Throws: ``SourceError`` when the mirror cannot be read, and when a clone that is needed fails.
    package func relation(of tip: SourceTip, to previousCommitID: String) async throws(SourceError) -> CommitRelation {
        guard tip.commitID != previousCommitID else { return .same }
        let place = try place.get()
        let before = clones
        try await read(tip) { _, _ throws(SourceError) in }
        if let found = try await compare(tip, to: previousCommitID, place) { return found }
        let pair = Pair(tip: tip.commitID, previous: previousCommitID)
        if clones == before, lost != pair {
            try await fetch(tip, place, isFresh: true)
            if let found = try await compare(tip, to: previousCommitID, place) { return found }
        }
        lost = pair
        return .lost
    }
}

extension SourceReader {
    /// How the tip follows from another commit; nil when the mirror lacks one of them. A damaged mirror is cloned again once.
    private func compare(
        _ tip: SourceTip,
        to previous: String,
        _ place: Place
    ) async throws(SourceError) -> CommitRelation? {
        let known = GitTip(commitID: tip.commitID, refName: tip.refName)
        let relation: GitRelation
        do throws(GitError) {
            relation = try await place.remote.relation(of: known, to: previous)
        } catch {
            guard error.reason == .corruptMirror else { throw SourceError(error) }
            try await fetch(tip, place, isFresh: true)
            do throws(GitError) {
                relation = try await place.remote.relation(of: known, to: previous)
            } catch {
                throw SourceError(error)
            }
        }
        return switch relation {
        case .descendant: .forward
        case .ancestor: .rewound
        case .unrelated: .diverged
        case .unknown: nil
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

    /// Whether a branch's tip is an ancestor of the commit that was synced last, or a range's best tag is older than
    /// the one that was. Both commits are in the mirror then: it never removes a commit, and it has the whole history
    /// of each.
    private func isRewound(
        _ tip: SourceTip,
        from previous: SourceTip,
        _ place: Place
    ) async throws(SourceError) -> Bool {
        guard tip.commitID != previous.commitID else { return false }
        switch ref {
        case .branch: break
        case .semver(let range): return VersionRange.isRewind(from: previous.refName, to: tip.refName, in: range)
        case .tag, .commit: return false
        }
        do throws(GitError) {
            let known = GitTip(commitID: tip.commitID, refName: tip.refName)
            return try await place.remote.relation(of: known, to: previous.commitID) == .ancestor
        } catch {
            // A damaged mirror is cloned again by the next snapshot; until then there is nothing to compare with.
            if error.reason == .corruptMirror { return false }
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
        do throws(SourceError) {
            return try await attempt(tip, place, body)
        } catch {
            guard error.reason == .git(.corruptMirror) else { throw error }
            throw SourceError(
                .git(.server),
                "\(place.url): commit \(tip.commitID.prefix(8)) cannot be read in a new clone either, so objects are missing or "
                    + "damaged there: run git fsck in the repository itself"
            )
        }
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
            let isNewClone = try await place.remote.fetch(
                GitTip(commitID: tip.commitID, refName: tip.refName),
                of: ref,
                isFresh: isFresh
            )
            if isNewClone { clones += 1 }
        } catch {
            throw SourceError(error)
        }
    }
}
