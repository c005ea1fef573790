// SPDX-License-Identifier: Apache-2.0
import GitStore
import PlainText

/// Finds the project's folder in a commit.
struct FolderLookup {
    let path: FolderPath
    let commit: GitCommit
    let limits: SnapshotLimits

    /// - Throws: ``SourceError`` with reason `missingPath` that names what is there instead.
    func treeID(from reader: borrowing MirrorReader) throws(SourceError) -> String {
        var treeID = commit.treeID
        var walked = ""
        for part in path.parts {
            let entries = try entries(treeID, below: walked, from: reader)
            let place = walked.isEmpty ? part : walked + "/" + part
            guard let entry = entries.first(where: { $0.name.elementsEqual(part.utf8) }) else {
                throw missing(place, among: entries, below: walked)
            }
            switch entry.kind {
            case .folder: treeID = entry.id
            case .file, .unknown:
                throw SourceError(
                    .missingPath,
                    "\(place) is a file at commit \(commit.id.prefix(8)), path must name a folder; nothing is deleted because of it"
                )
            case .symbolicLink, .submodule:
                var names: Set<String> = []
                try SnapshotWalk.check(entry, below: walked, names: &names)
            }
            walked = place
        }
        return treeID
    }

    private func entries(
        _ treeID: String,
        below path: String,
        from reader: borrowing MirrorReader
    ) throws(SourceError) -> [GitTreeEntry] {
        let entries: [GitTreeEntry]?
        do throws(GitError) {
            entries = try reader.size(of: treeID) <= limits.folderBytes ? try reader.entries(ofTree: treeID) : nil
        } catch {
            throw SourceError(error)
        }
        guard let entries else {
            let place = path.isEmpty ? "the repository's root" : path
            throw SourceError(.tooLarge, "\(place): the folder has too many files; split it")
        }
        return entries
    }

    private func missing(_ place: String, among entries: [GitTreeEntry], below parent: String) -> SourceError {
        let folders = entries.filter { $0.kind == .folder }.map { OneLine.escaped($0.name) }
        let shown = folders.prefix(10).joined(separator: ", ") + (folders.count > 10 ? ", …" : "")
        let there = parent.isEmpty ? "the repository" : parent
        return SourceError(
            .missingPath,
            "there is no folder \(place) at commit \(commit.id.prefix(8)); \(there) has "
                + (folders.isEmpty ? "no folders" : "the folders \(shown)")
                + "; nothing is deleted because of it: push it, or change path"
        )
    }
}
