// SPDX-License-Identifier: Apache-2.0
import CLibGit2
import Foundation
import PlainText

/// Reads commits, folders and files of an open mirror. Stays on the thread that opened it.
///
/// Every object is checked against its id as it is read. What the mirror should hold and does not, or holds damaged, is
/// reported as `corruptMirror`: the answer to that is a new clone, never a snapshot with holes.
package struct MirrorReader: ~Copyable {
    private let repository: RepositoryHandle
    private let path: String

    /// Bytes of a commit with its message. Real ones have some hundred; a release note or two still fit.
    private static let commitBytes = 1 << 20

    init(path: String) throws(GitError) {
        repository = try MirrorReader.open(path)
        self.path = path
    }

    private static func open(_ path: String) throws(GitError) -> RepositoryHandle {
        do throws(LibGit2Error) {
            return try RepositoryHandle(bareAt: path)
        } catch {
            if error.has(code: GIT_EOWNER) {
                throw GitError(.storage, "git mirror \(path) belongs to another user; run as the data folder's owner")
            }
            throw GitError(.corruptMirror, "git mirror \(path) cannot be opened: \(error.message); it is cloned again")
        }
    }

    /// Whether the commit itself is there; its files may still be missing in a damaged mirror.
    ///
    /// - Throws: ``GitError`` with reason `corruptMirror`, also for an object that was a commit and is not one any
    ///   more.
    package func holds(_ commitID: String) throws(GitError) -> Bool {
        let isCommit: Bool
        do throws(LibGit2Error) {
            isCommit = try repository.header(of: commitID).isCommit
        } catch {
            if error.has(code: GIT_ENOTFOUND) { return false }
            throw corrupt("commit \(commitID)", error)
        }
        guard isCommit else {
            throw GitError(.corruptMirror, "git mirror \(path): commit \(commitID) is damaged; it is cloned again")
        }
        return true
    }

    /// Whether `commitID` can be reached from `descendantID`; false when they are equal.
    package func isAncestor(_ commitID: String, of descendantID: String) throws(GitError) -> Bool {
        do throws(LibGit2Error) {
            var ancestor = try git_oid(hex: commitID)
            var descendant = try git_oid(hex: descendantID)
            let raw = repository.raw
            var answer: Int32 = 0
            try LibGit2.check("git_graph_descendant_of") {
                answer = git_graph_descendant_of(raw, &descendant, &ancestor)
                return answer
            }
            return answer == 1
        } catch {
            throw corrupt("history of \(descendantID)", error)
        }
    }

    /// Who made the commit, and what it contains.
    ///
    /// - Throws: ``GitError`` with reason `missingObject`, or `tooLarge` for one with an absurd message.
    package func commit(_ commitID: String) throws(GitError) -> GitCommit {
        guard try commitSize(commitID) <= MirrorReader.commitBytes else {
            throw GitError(
                .tooLarge,
                "commit \(commitID.prefix(8)) has more than \(MirrorReader.commitBytes >> 20) MiB of message; write a shorter one"
            )
        }
        do throws(LibGit2Error) {
            let commit = try CommitHandle(try git_oid(hex: commitID), in: repository)
            let author = git_commit_author(commit.raw)?.pointee
            let text = { (bytes: UnsafePointer<CChar>?, limit: Int) in
                OneLine.text(bytes.map { String(cString: $0) } ?? "", limit: limit)
            }
            return GitCommit(
                id: commitID,
                treeID: git_commit_tree_id(commit.raw)?.pointee.hex ?? "",
                authorName: text(author?.name, 100),
                authorEmail: text(author?.email, 100),
                authoredAt: author?.when.time ?? 0,
                subject: text(git_commit_summary(commit.raw), 200)
            )
        } catch {
            if error.has(code: GIT_ENOTFOUND) {
                throw GitError(.missingObject, "commit \(commitID) is not in the mirror")
            }
            throw corrupt("commit \(commitID)", error)
        }
    }

    /// What is no commit counts as missing: a server may call anything one.
    private func commitSize(_ commitID: String) throws(GitError) -> Int {
        let header: (isCommit: Bool, size: Int)
        do throws(LibGit2Error) {
            header = try repository.header(of: commitID)
        } catch {
            if error.has(code: GIT_ENOTFOUND) {
                throw GitError(.missingObject, "commit \(commitID) is not in the mirror")
            }
            throw corrupt("commit \(commitID)", error)
        }
        guard header.isCommit else { throw GitError(.missingObject, "\(commitID) is no commit") }
        return header.size
    }

    /// The entries of one folder in git's own order, exactly as they were written: names are bytes, modes are not checked.
    package func entries(ofTree treeID: String) throws(GitError) -> [GitTreeEntry] {
        do throws(LibGit2Error) {
            let tree = try TreeHandle(try git_oid(hex: treeID), in: repository)
            let count = git_tree_entrycount(tree.raw)
            var entries: [GitTreeEntry] = []
            entries.reserveCapacity(count)
            for index in 0..<count {
                guard let entry = git_tree_entry_byindex(tree.raw, index), let name = git_tree_entry_name(entry),
                    let id = git_tree_entry_id(entry)
                else { continue }
                entries.append(
                    GitTreeEntry(
                        name: Array(UnsafeRawBufferPointer(start: name, count: strlen(name))),
                        mode: git_tree_entry_filemode_raw(entry).rawValue,
                        id: id.pointee.hex
                    )
                )
            }
            return entries
        } catch {
            throw corrupt("folder \(treeID)", error)
        }
    }

    /// The size of a file or of a folder's own record, from its header: the object itself is not loaded.
    package func size(of objectID: String) throws(GitError) -> Int {
        do throws(LibGit2Error) {
            return try repository.header(of: objectID).size
        } catch {
            throw corrupt("object \(objectID)", error)
        }
    }

    /// A file's bytes. Ask for its size first.
    package func bytes(ofBlob blobID: String) throws(GitError) -> [UInt8] {
        do throws(LibGit2Error) {
            let blob = try BlobHandle(try git_oid(hex: blobID), in: repository)
            let count = Int(git_blob_rawsize(blob.raw))
            guard count > 0, let start = git_blob_rawcontent(blob.raw) else { return [] }
            return Array(UnsafeRawBufferPointer(start: start, count: count))
        } catch {
            throw corrupt("file \(blobID)", error)
        }
    }

    private func corrupt(_ what: String, _ error: LibGit2Error) -> GitError {
        guard error.has(category: GIT_ERROR_NOMEMORY) else {
            return GitError(
                .corruptMirror,
                "git mirror \(path): \(what) cannot be read: \(error.message); it is cloned again"
            )
        }
        return GitError(
            .tooLarge,
            "\(what) is stored as a difference to an object of more than 32 MiB, which is not unpacked here; give it a new "
                + "name, or repack the repository without that object"
        )
    }
}
