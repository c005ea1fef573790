// SPDX-License-Identifier: Apache-2.0
import CLibGit2
import PlainText

/// A failed call of libgit2, with the library's own words.
struct LibGit2Error: Error {
    /// The function, such as `git_remote_fetch`.
    let call: String
    /// `GIT_ENOTFOUND` and the like; below zero.
    let code: Int32
    /// `GIT_ERROR_ODB` and the like: which part of the library complained.
    let category: Int32
    /// One line; empty when the library said nothing.
    let message: String

    func has(code other: git_error_code) -> Bool { code == Int32(other.rawValue) }

    func has(category other: git_error_t) -> Bool { category == Int32(bitPattern: other.rawValue) }
}

/// The library as a whole: started once for each process, never shut down.
enum LibGit2 {
    /// Starts the library with settings under which no file of the host can change what it does.
    ///
    /// - Throws: ``GitError`` with reason `worker` when the library refuses, which means a broken installation.
    static func start() throws(GitError) {
        try started.get()
    }

    /// Starts the library for a process that only reads, in which no single piece of memory may have more than 32 MiB: a file
    /// that git keeps as a difference is built from others of any size.
    ///
    /// - Throws: ``GitError`` with reason `worker` when the library refuses.
    static func startBounded() throws(GitError) {
        try start()
        try bounded.get()
    }

    private static let bounded: Result<Void, GitError> = {
        do throws(LibGit2Error) {
            try check("GIT_OPT_SET_ALLOCATOR") { sternpost_git_bound_allocations() }
            return .success(())
        } catch {
            return .failure(GitError(.worker, "libgit2: \(error.message); reinstall libgit2-1.5"))
        }
    }()

    private static let started: Result<Void, GitError> = {
        // Not through `check`: the thread's message does not exist before this call.
        guard git_libgit2_init() > 0 else {
            return .failure(GitError(.worker, "libgit2 does not start; reinstall libgit2-1.5"))
        }
        do throws(LibGit2Error) {
            let levels = [GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL]
            for level in levels + [GIT_CONFIG_LEVEL_PROGRAMDATA] {
                try check("GIT_OPT_SET_SEARCH_PATH") { sternpost_git_clear_search_path(level.rawValue) }
            }
            try check("GIT_OPT_SET_OWNER_VALIDATION") { sternpost_git_set_owner_validation(1) }
            try check("GIT_OPT_ENABLE_STRICT") { sternpost_git_set_strict(1) }
            try check("GIT_OPT_ENABLE_FSYNC_GITDIR") { sternpost_git_set_fsync(1) }
            // Of a large pack only the parts that are read stay mapped.
            try check("GIT_OPT_SET_MWINDOW") { sternpost_git_set_windows(16 << 20, 128 << 20) }
            try check("GIT_OPT_SET_USER_AGENT") { sternpost_git_set_user_agent("sternpost") }
            return .success(())
        } catch {
            return .failure(GitError(.worker, "libgit2 does not start: \(error.message); reinstall libgit2-1.5"))
        }
    }()

    /// Makes one call and turns its status into an error with the library's message.
    ///
    /// The message is thread-local, so it is read here, before anything else can run on this thread.
    ///
    /// - Parameters:
    ///   - call: The function's name.
    ///   - body: Makes the call and nothing else; below zero is a failure.
    /// - Throws: ``LibGit2Error`` when the status is below zero.
    static func check(_ call: String, _ body: () -> Int32) throws(LibGit2Error) {
        git_error_clear()
        let code = body()
        guard code < 0 else { return }
        guard let last = git_error_last() else {
            throw LibGit2Error(call: call, code: code, category: 0, message: "")
        }
        let text = last.pointee.message.map { String(cString: $0) } ?? ""
        throw LibGit2Error(call: call, code: code, category: last.pointee.klass, message: named(OneLine.text(text)))
    }

    /// A message without the random part of a temporary file's name (`pack_git2_f946819c72217626`): the same failure has
    /// the same words each time.
    static func named(_ message: String) -> String {
        message.replacing(/pack_git2_[0-9A-Za-z]{6,16}\b/, with: "pack_git2_…")
    }
}
