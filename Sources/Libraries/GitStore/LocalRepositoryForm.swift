// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Forms of a repository in a folder that libgit2 1.5 cannot read, named in the error, because libgit2's own message is
/// misleading.
enum LocalRepositoryForm {
    /// A config file of a repository has a few lines; more is not read.
    private static let maxConfigBytes = 1 << 20

    /// What the folder of a `file` address is, with the remedy; nil for a form that can be read, and for anything that is
    /// no repository. Waits for the disk.
    static func remark(on address: GitAddress) -> String? {
        guard address.scheme == .file else { return nil }
        let folder = gitFolder(of: address.url)
        if FileManager.default.fileExists(atPath: folder + "/shallow") {
            return
                "the repository is a shallow clone, which lacks what its commits build on; run git fetch --unshallow in "
                + "it (in a pipeline: fetch-depth: 0)"
        }
        let config = settings(in: folder + "/config")
        if config.contains("objectformat=sha256") {
            return
                "the repository uses SHA-256 object names, which are not supported; use a repository with SHA-1 names "
                + "(git init --object-format=sha1)"
        }
        if config.contains("promisor=true") || config.contains(where: { $0.hasPrefix("partialclonefilter=") }) {
            return
                "the repository is a partial clone, which fetches files when they are asked for; run git fetch --refetch "
                + "--no-filter in it, or clone it without --filter"
        }
        return nil
    }

    /// Why there is no repository at a path, with the remedy. Waits for the disk.
    static func absence(at path: String) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return "there is no such folder; check the path"
        }
        guard isFolder.boolValue else { return "this is a file, and a repository is a folder; check the path" }
        var parts = path.split(separator: "/")
        while parts.count > 1 {
            parts.removeLast()
            let folder = "/" + parts.joined(separator: "/")
            if isRepository(folder) { return "this is a folder in a repository; give the repository's root: \(folder)" }
        }
        return "the folder is no git repository; check the path"
    }

    /// Whether a folder looks like a working copy or like a bare repository.
    private static func isRepository(_ folder: String) -> Bool {
        func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)") }
        return has(".git") || has("HEAD") && has("objects") && has("refs")
    }

    /// The folder with the objects: the address's own, its `.git`, or what a `.git` file leads to.
    private static func gitFolder(of path: String) -> String {
        let inner = path + "/.git"
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: inner, isDirectory: &isFolder) else { return path }
        if isFolder.boolValue { return inner }
        let line = text(of: inner).split(separator: "\n").first { $0.hasPrefix("gitdir: ") }
        guard let target = line?.dropFirst("gitdir: ".count) else { return inner }
        let linked = target.hasPrefix("/") ? String(target) : "\(path)/\(target)"
        // A worktree's own folder names the common one.
        let common = text(of: linked + "/commondir").split(separator: "\n").first
        return common.map { $0.hasPrefix("/") ? String($0) : "\(linked)/\($0)" } ?? linked
    }

    /// The lines `key = value` of a config file, in lower case and without spaces.
    private static func settings(in file: String) -> [String] {
        text(of: file).lowercased().split(separator: "\n").map { line in line.filter { $0 != " " && $0 != "\t" } }
    }

    /// The beginning of a plain file; empty for anything else: a pipe of that name may block or never end.
    private static func text(of file: String) -> String {
        // Without O_NONBLOCK the opening itself would wait for a writer of the pipe.
        let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        // A file that cannot be read adds no remark to git's own error, which is reported in any case.
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let data = try? handle.read(upToCount: maxConfigBytes)
        else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}
