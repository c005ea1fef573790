// SPDX-License-Identifier: Apache-2.0
import Foundation
import PlainText

/// A repository on a server, and how it is reached: every operation runs in a process of its own with a deadline.
package struct GitRemote: Sendable {
    private let address: GitAddress
    private let credentials: GitCredentials?
    private let folder: MirrorFolder
    private let workerExecutable: String
    private let deadline: Duration
    private let limits: GitLimits

    /// - Parameters:
    ///   - address: The repository.
    ///   - credentials: What its server may ask for.
    ///   - folder: Holds the mirror; made when it is missing.
    ///   - workerExecutable: Our own binary.
    ///   - deadline: The longest time that one operation may take.
    ///   - limits: What the repository may cost.
    package init(
        address: GitAddress,
        credentials: GitCredentials?,
        folder: String,
        workerExecutable: String,
        deadline: Duration,
        limits: GitLimits = GitLimits()
    ) {
        self.address = address
        self.credentials = credentials
        self.folder = MirrorFolder(path: folder, address: address)
        self.workerExecutable = workerExecutable
        self.deadline = deadline
        self.limits = limits
    }

    /// Where the ref is now. Downloads the list of refs and nothing else; a commit needs no request.
    ///
    /// - Throws: ``GitError``; its message begins with the repository's URL.
    package func tip(of ref: GitRef) async throws(GitError) -> GitTip {
        try check(ref)
        if case .commit(let id) = ref { return GitTip(commitID: id.lowercased(), refName: id.lowercased()) }
        guard let tip = try await ask(request(.list, ref: ref)).tip else {
            throw GitError(.worker, "\(address.url): the git process answered without a tip")
        }
        return tip
    }

    /// Brings a commit into the mirror, whole or not at all.
    ///
    /// - Parameters:
    ///   - tip: Where the ref was.
    ///   - ref: The ref that led to it.
    ///   - isFresh: Throw the mirror away and clone again.
    /// - Returns: Whether the mirror is a new clone now, asked for or not.
    /// - Throws: ``GitError``; the mirror is as it was before.
    package func fetch(_ tip: GitTip, of ref: GitRef, isFresh: Bool) async throws(GitError) -> Bool {
        try check(ref)
        // A range is fetched by the tag that it selected.
        let exact: GitRef = if case .semver = ref { .tag(tip.refName) } else { ref }
        var message = request(.fetch, ref: exact)
        message.commit = tip.commitID
        message.isFresh = isFresh
        return try await ask(message).isNewClone ?? isFresh
    }

    /// Makes the mirror's folder and checks that it can be written.
    ///
    /// - Throws: ``GitError`` with reason `storage`.
    package func prepare() async throws(GitError) {
        let folder = folder
        try await BlockingThread.result("git") { () throws(GitError) in try folder.check() }.get()
    }

    /// How a commit follows from another one, as far as the mirror knows. Asks no server.
    ///
    /// - Parameters:
    ///   - tip: A commit.
    ///   - previous: The other one, 40 digits.
    /// - Returns: How `tip` follows from `previous`.
    /// - Throws: ``GitError``; its message begins with the repository's URL.
    package func relation(of tip: GitTip, to previous: String) async throws(GitError) -> GitRelation {
        var message = request(.relate, ref: .commit(tip.commitID))
        message.commit = tip.commitID
        message.previous = previous
        guard let relation = try await ask(message).relation else {
            throw GitError(.worker, "\(address.url): the git process answered without a relation")
        }
        return relation
    }

    /// Branch and tag names go into refspecs and lists, so what git forbids in them is refused here.
    private func check(_ ref: GitRef) throws(GitError) {
        switch ref {
        case .commit(let id):
            guard id.utf8.count == 40, id.allSatisfy(\.isHexDigit), id.utf8.count == id.count else {
                throw GitError(.configuration, "ref: a commit is written with all its 40 hexadecimal digits")
            }
        case .semver(let range): _ = try VersionRange(range)
        case .branch(let name), .tag(let name):
            let isForbidden: (Character) -> Bool = {
                "~^:?*[\\".contains($0) || $0 == " " || $0.asciiValue.map { $0 < 33 || $0 == 127 } ?? false
            }
            guard !name.isEmpty, name.utf8.count <= 250, !name.contains(where: isForbidden), !name.contains(".."),
                !name.contains("@{"), !name.hasPrefix("/"), !name.hasSuffix("/"), !name.hasSuffix(".lock")
            else {
                throw GitError(
                    .configuration,
                    "ref: \"\(OneLine.text(name, limit: 60))\" is no name for a branch or tag; write it as git branch lists it"
                )
            }
        }
    }

    private func request(_ operation: WorkerRequest.Operation, ref: GitRef) -> WorkerRequest {
        WorkerRequest(
            operation: operation,
            url: address.url,
            ref: WorkerRequest.Ref(ref),
            credentials: credentials.map(WorkerRequest.Credentials.init),
            folder: folder.path,
            limits: limits,
            deadline: Int(clamping: deadline.components.seconds)
        )
    }

    private func ask(_ request: WorkerRequest) async throws(GitError) -> WorkerAnswer {
        let process = WorkerProcess()
        do throws(GitError) {
            let body = try GitRemote.encode(request)
            let bytes = try await cancelling(process) { () throws(GitError) in
                try folder.prepare()
                return try process.run(
                    executable: workerExecutable,
                    request: body,
                    home: folder.home,
                    deadline: deadline
                )
            }
            let answer = try GitRemote.decode(bytes)
            if let failure = answer.failure { throw GitError(failure.reason, failure.message) }
            return answer
        } catch {
            if GitRemote.mayBeForm(error.reason), let remark = try await formRemark() {
                throw GitError(.configuration, "\(address.url): \(remark)")
            }
            throw GitError(
                error.reason,
                error.message.contains(address.url) ? error.message : "\(address.url): \(error.message)"
            )
        }
    }

    private func formRemark() async throws(GitError) -> String? {
        let address = address
        return try await BlockingThread.result("git") { () throws(GitError) in
            LocalRepositoryForm.remark(on: address)
        }.get()
    }

    /// Whether a failure may come from a form of repository that libgit2 cannot read.
    private static func mayBeForm(_ reason: GitError.Reason) -> Bool {
        switch reason {
        case .server, .missingObject, .corruptMirror, .missingRepository, .configuration, .missingRef, .worker: true
        default: false
        }
    }

    private func cancelling(
        _ process: WorkerProcess,
        _ body: @escaping @Sendable () throws(GitError) -> [UInt8]
    ) async throws(GitError) -> [UInt8] {
        let result = await withTaskCancellationHandler {
            await BlockingThread.result("git", body)
        } onCancel: {
            process.cancel()
        }
        return try result.get()
    }

    private static func encode(_ request: WorkerRequest) throws(GitError) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode(request))
        } catch {
            throw GitError(.worker, "the request to the git process cannot be written as JSON")
        }
    }

    private static func decode(_ bytes: [UInt8]) throws(GitError) -> WorkerAnswer {
        do {
            return try JSONDecoder().decode(WorkerAnswer.self, from: Data(bytes))
        } catch {
            throw GitError(
                .worker,
                "the git process answered something that is not its protocol; is it this program's own binary?"
            )
        }
    }
}
