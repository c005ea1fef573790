// SPDX-License-Identifier: Apache-2.0
import GitStore
import PlainText

/// Collects the manifests below one folder of a commit, straight from git's objects.
///
/// The walk ends at the first entry that cannot be read as it stands: a submodule, a link or an odd name could stand for
/// objects that would be pruned if it were passed over.
struct SnapshotWalk {
    private(set) var files: [SourceFile] = []

    private let limits: SnapshotLimits
    private var totalBytes = 0
    private var entryCount = 0

    init(limits: SnapshotLimits) {
        self.limits = limits
    }

    /// Adds everything below one folder.
    ///
    /// - Parameters:
    ///   - treeID: The folder's object id.
    ///   - path: The folder from the repository's root; empty for the root.
    ///   - depth: Folders between the project's path and this one.
    ///   - reader: The mirror.
    /// - Throws: ``SourceError`` for the first entry that is not allowed or too large.
    mutating func add(
        _ treeID: String,
        path: String,
        depth: Int,
        from reader: borrowing MirrorReader
    ) throws(SourceError) {
        guard depth < limits.depth else {
            throw SourceError(
                .tooLarge,
                "\(shown(path)): more than \(limits.depth) folders inside each other; flatten them"
            )
        }
        for entry in try entries(treeID, path: path, from: reader) {
            let name = String(decoding: entry.name, as: UTF8.self)
            let place = path.isEmpty ? name : path + "/" + name
            switch entry.kind {
            case .folder: try add(entry.id, path: place, depth: depth + 1, from: reader)
            case .file:
                switch FileRule.Ending(entry.name) {
                case .manifest: try addFile(entry, place, from: reader)
                case .lookalike: try addName(place)
                case .other: continue
                }
            default: continue
            }
        }
    }

    /// The entries of one folder, every one of which is allowed to be there.
    private mutating func entries(
        _ treeID: String,
        path: String,
        from reader: borrowing MirrorReader
    ) throws(SourceError) -> [GitTreeEntry] {
        guard try size(of: treeID, from: reader) <= limits.folderBytes else {
            throw SourceError(.tooLarge, "\(shown(path)): the folder has too many files; split it")
        }
        let entries: [GitTreeEntry]
        do throws(GitError) {
            entries = try reader.entries(ofTree: treeID)
        } catch {
            throw SourceError(error)
        }
        entryCount += entries.count
        guard entryCount <= limits.entries else {
            throw SourceError(
                .tooLarge,
                "\(shown(path)): more than \(limits.entries) entries below the path; choose a smaller folder"
            )
        }
        var names: Set<String> = []
        for entry in entries { try SnapshotWalk.check(entry, below: path, names: &names) }
        return entries
    }

    /// Adds a file that is not read, so that a notice can name it.
    private mutating func addName(_ path: String) throws(SourceError) {
        try checkCount(path)
        files.append(SourceFile(path: path, bytes: []))
    }

    private func checkCount(_ path: String) throws(SourceError) {
        guard files.count < limits.files else {
            throw SourceError(.tooLarge, "\(shown(path)): more than \(limits.files) manifests; split the project")
        }
    }

    private mutating func addFile(
        _ entry: GitTreeEntry,
        _ path: String,
        from reader: borrowing MirrorReader
    ) throws(SourceError) {
        try checkCount(path)
        let size = try size(of: entry.id, from: reader)
        guard size <= limits.fileBytes else {
            throw SourceError(.tooLarge, "\(path): \(size) bytes, the limit is \(limits.fileBytes); split the file")
        }
        totalBytes += size
        guard totalBytes <= limits.totalBytes else {
            throw SourceError(
                .tooLarge,
                "\(path): the manifests have more than \(limits.totalBytes) bytes together; split the project"
            )
        }
        let bytes: [UInt8]
        do throws(GitError) {
            bytes = try reader.bytes(ofBlob: entry.id)
        } catch {
            guard error.reason == .tooLarge else { throw SourceError(error) }
            throw SourceError(.tooLarge, "\(path): \(error.message)")
        }
        guard !bytes.starts(with: SnapshotWalk.largeFilePointer) else {
            throw SourceError(
                .unsupportedEntry(path: path),
                "\(path): is a git LFS pointer, not a manifest; commit the file itself (git lfs untrack)"
            )
        }
        files.append(SourceFile(path: path, bytes: bytes))
    }

    private func size(of objectID: String, from reader: borrowing MirrorReader) throws(SourceError) -> Int {
        do throws(GitError) {
            return try reader.size(of: objectID)
        } catch {
            throw SourceError(error)
        }
    }

    private func shown(_ path: String) -> String { path.isEmpty ? "the repository's root" : path }

    private static let largeFilePointer = Array("version https://git-lfs.github.com/spec/v1".utf8)
}

extension SnapshotWalk {
    /// Refuses entries that could contain objects which would not be read.
    ///
    /// - Parameters:
    ///   - entry: One entry of the folder.
    ///   - path: The folder, for the error text.
    ///   - names: The names seen in this folder so far, in lower case.
    /// - Throws: ``SourceError`` with reason `unsupportedEntry`.
    static func check(_ entry: GitTreeEntry, below path: String, names: inout Set<String>) throws(SourceError) {
        let place = (path.isEmpty ? "" : path + "/") + OneLine.escaped(entry.name)
        func refused(_ problem: String) -> SourceError {
            SourceError(.unsupportedEntry(path: place), "\(place): \(problem)")
        }
        if let problem = EntryName.problem(entry.name) { throw refused("\(problem); rename it in the repository") }
        switch entry.kind {
        case .submodule:
            throw refused("is a submodule, and those are not followed; copy its manifests into the repository")
        case .symbolicLink: throw refused("is a symbolic link, and those are not followed; commit the file itself")
        case .unknown:
            throw refused("has the mode 0\(String(entry.mode, radix: 8)), which git does not write; commit it again")
        case .file where FileRule.Ending(entry.name) == .other: return
        case .file, .folder: break
        }
        guard let name = String(validating: entry.name, as: UTF8.self) else {
            throw refused("its name is not UTF-8; rename it in the repository")
        }
        // A file that is only named in a notice hides no objects.
        if entry.kind == .file, FileRule.Ending(entry.name) == .lookalike { return }
        guard names.insert(name.lowercased()).inserted else {
            throw refused("another entry has the same name, or one that differs only in case; rename one of them")
        }
    }
}
