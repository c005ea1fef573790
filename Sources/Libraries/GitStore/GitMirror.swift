// SPDX-License-Identifier: Apache-2.0

/// The bare mirror on disk, read in this process. Nothing here touches the network.
package struct GitMirror: Sendable {
    private let folder: MirrorFolder

    /// - Parameters:
    ///   - folder: The folder that was given to ``GitRemote``.
    ///   - address: The repository, whose URL selects the mirror.
    package init(folder: String, address: GitAddress) {
        self.folder = MirrorFolder(path: folder, address: address)
    }

    /// Opens the mirror on a thread of its own and reads in it while no other process changes it.
    ///
    /// - Parameter body: Runs on that thread from start to end; what it returns must not hold handles.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; ``GitError`` with reason `missingObject` when there is no mirror yet, `corruptMirror` when
    ///   it cannot be opened.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing MirrorReader) throws(GitError) -> Value
    ) async throws(GitError) -> Value {
        let folder = folder
        return try await BlockingThread.result("git-read") { () throws(GitError) in
            try LibGit2.startBounded()
            guard folder.hasMirror else { throw GitError(.missingObject, "there is no mirror at \(folder.path) yet") }
            return try folder.withLock(exclusive: false) { () throws(GitError) in
                try body(try MirrorReader(path: folder.mirror))
            }
        }.get()
    }
}
