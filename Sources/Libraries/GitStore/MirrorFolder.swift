// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import PlainText
import Processes

/// The folder that holds one project's bare mirror, and the names inside it.
///
///     <folder>/lock            held shared while reading, exclusively while changing
///     <folder>/<12 hex>.git    the mirror; the name depends on the URL, so another URL never meets these objects
///     <folder>/incoming.git    a clone that is not complete yet
///     <folder>/outgoing.git    a mirror that has just been replaced
///     <folder>/home            the worker's HOME
struct MirrorFolder: Sendable, Hashable {
    let path: String
    /// The mirror's own folder name.
    let name: String

    init(path: String, address: GitAddress) {
        self.path = path
        name = SHA256.hash(data: Data(address.url.utf8)).prefix(6).hexadecimal + ".git"
    }

    var mirror: String { path + "/" + name }
    var incoming: String { path + "/incoming.git" }
    var outgoing: String { path + "/outgoing.git" }
    var home: String { path + "/home" }
    /// What libssh2 reads, see ``RemoteSession``.
    var knownHosts: String { home + "/.ssh/known_hosts" }
    /// The certificates that a server's is checked against.
    var authorities: String { home + "/ca.crt" }
    var hasMirror: Bool { FileManager.default.fileExists(atPath: mirror) }

    /// Makes the folder and the worker's home, both readable by this user only.
    ///
    /// - Throws: ``GitError`` with reason `storage`, also when the folder belongs to another user.
    func prepare() throws(GitError) {
        do {
            for folder in [path, home, home + "/.ssh"] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
            }
        } catch {
            throw MirrorFolder.storage("cannot make \(path)", error)
        }
    }

    /// Checks at the start that this user can keep a mirror here, so that the error does not come only with the first
    /// commit. Also removes what a killed worker has left in the home.
    ///
    /// - Throws: ``GitError`` with reason `storage`.
    func check() throws(GitError) {
        try prepare()
        guard access(path, W_OK | X_OK) == 0 else { throw MirrorFolder.storage("cannot write \(path)", errno) }
        try sweepHome()
        var status = stat()
        for entry in [path, mirror] where stat(entry, &status) == 0 && status.st_uid != geteuid() {
            throw GitError(
                .storage,
                "git mirror: \(entry) belongs to user \(status.st_uid) and this is user \(geteuid()); run as its owner, or "
                    + "remove it and it is cloned again"
            )
        }
    }

    /// Runs `body` while no process changes the mirror (`shared`), or while no other process uses it at all
    /// (`exclusive`). Waits as long as the other process works, which has a deadline of its own.
    func withLock<Value>(exclusive: Bool, _ body: () throws(GitError) -> Value) throws(GitError) -> Value {
        let file = path + "/lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw MirrorFolder.storage("cannot open \(file)", errno) }
        defer { close(descriptor) }
        while flock(descriptor, exclusive ? LOCK_EX : LOCK_SH) != 0 {
            guard errno == EINTR else { throw MirrorFolder.storage("cannot lock \(file)", errno) }
        }
        return try body()
    }

    /// Removes what killed processes left behind: half clones, mirrors of other URLs, lock files and half packs inside the
    /// mirror, and drafts of the files of the home. Needs the exclusive lock.
    func sweep() throws(GitError) {
        try sweepHome()
        do {
            for entry in try FileManager.default.contentsOfDirectory(atPath: path)
            where entry.hasSuffix(".git") && entry != name {
                try FileManager.default.removeItem(atPath: path + "/" + entry)
            }
            guard hasMirror else { return }
            for entry in try FileManager.default.subpathsOfDirectory(atPath: mirror) {
                let isHalfPack = entry.hasPrefix("objects/pack/") && !entry.hasPrefix("objects/pack/pack-")
                if isHalfPack || entry.hasSuffix(".lock") {
                    try FileManager.default.removeItem(atPath: mirror + "/" + entry)
                }
            }
        } catch {
            throw MirrorFolder.storage("cannot clean \(path)", error)
        }
    }

    /// Removes the drafts of files in the home whose writers were killed. Needs no lock: workers that only list refs write
    /// there without one, so the draft of a running process stays.
    func sweepHome() throws(GitError) {
        for file in [knownHosts, authorities] {
            do throws(SystemFailure) {
                try PrivateFile.removeDrafts(of: file, sparing: PrivateFile.isRunning)
            } catch {
                throw MirrorFolder.storage("cannot remove old drafts of \(file)", error.code)
            }
        }
    }

    /// Whether the mirror has grown beyond the limits, so that a new clone is cheaper.
    func isOvergrown(_ limits: GitLimits) throws(GitError) -> Bool {
        do {
            let packs = mirror + "/objects/pack"
            var bytes = 0, count = 0
            for entry in try FileManager.default.contentsOfDirectory(atPath: packs) {
                let attributes = try FileManager.default.attributesOfItem(atPath: packs + "/" + entry)
                bytes += (attributes[.size] as? Int) ?? 0
                if entry.hasSuffix(".pack") { count += 1 }
            }
            return bytes > limits.mirrorBytes || count > limits.mirrorPacks
        } catch CocoaError.fileReadNoSuchFile {
            return true
        } catch {
            throw MirrorFolder.storage("cannot read \(mirror)", error)
        }
    }

    /// Puts the complete clone in the mirror's place. Needs the exclusive lock; a crash at any point leaves a mirror or none.
    func replaceMirror() throws(GitError) {
        do {
            if hasMirror { try FileManager.default.moveItem(atPath: mirror, toPath: outgoing) }
            try FileManager.default.moveItem(atPath: incoming, toPath: mirror)
            if FileManager.default.fileExists(atPath: outgoing) { try FileManager.default.removeItem(atPath: outgoing) }
        } catch {
            throw MirrorFolder.storage("cannot put the new clone in place at \(mirror)", error)
        }
    }

    /// Writes a file that only we may read, in one step.
    static func writePrivate(_ text: String, to path: String) throws(GitError) {
        do throws(SystemFailure) { try PrivateFile.write(Array(text.utf8), to: path) } catch {
            throw storage("cannot write \(path)", error.code)
        }
    }

    static func storage(_ what: String, _ number: Int32) -> GitError {
        GitError(
            .storage,
            "git mirror: \(what): \(String(cString: strerror(number))); check the data folder's owner and free space"
        )
    }

    static func storage(_ what: String, _ error: any Error) -> GitError {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey].map { "\($0)" } ?? error.localizedDescription
        return GitError(
            .storage,
            "git mirror: \(what): \(OneLine.text(cause)); check the data folder's owner and free space"
        )
    }
}
