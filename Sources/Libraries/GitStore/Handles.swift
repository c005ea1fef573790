// SPDX-License-Identifier: Apache-2.0
import CLibGit2
import PlainText

/// An object id as libgit2 passes it.
extension git_oid {
    /// Reads 40 hexadecimal digits; throws ``LibGit2Error`` for anything else.
    init(hex: String) throws(LibGit2Error) {
        self.init()
        guard hex.utf8.count == 40 else {
            throw LibGit2Error(call: "git_oid_fromstr", code: GIT_ERROR.rawValue, category: 0, message: "not 40 digits")
        }
        var oid = git_oid()
        try LibGit2.check("git_oid_fromstr") { git_oid_fromstr(&oid, hex) }
        self = oid
    }

    /// 40 lower-case hexadecimal digits.
    var hex: String {
        withUnsafeBytes(of: id) { $0.hexadecimal }
    }
}

/// An open repository. Handles stay on the thread that opened them; closing is the end of their scope.
struct RepositoryHandle: ~Copyable {
    let raw: OpaquePointer

    /// Opens a bare repository.
    init(bareAt path: String) throws(LibGit2Error) {
        var pointer: OpaquePointer?
        try LibGit2.check("git_repository_open_bare") { git_repository_open_bare(&pointer, path) }
        raw = try RepositoryHandle.given(pointer, "git_repository_open_bare")
    }

    /// Makes a bare repository where none is.
    init(creatingBareAt path: String) throws(LibGit2Error) {
        var pointer: OpaquePointer?
        try LibGit2.check("git_repository_init") { git_repository_init(&pointer, path, 1) }
        raw = try RepositoryHandle.given(pointer, "git_repository_init")
    }

    deinit { git_repository_free(raw) }

    /// Looks up what every branch and tag points to; throws for the first that is missing or damaged.
    borrowing func checkTips() throws(LibGit2Error) {
        var names = git_strarray()
        let owner = raw
        try LibGit2.check("git_reference_list") { git_reference_list(&names, owner) }
        defer { git_strarray_dispose(&names) }
        for index in 0..<names.count {
            guard let name = names.strings[index] else { continue }
            var oid = git_oid()
            try LibGit2.check("git_reference_name_to_id") { git_reference_name_to_id(&oid, owner, name) }
            try check(oid)
        }
    }

    /// Loads one object of any kind, which compares it with its id; throws when it is missing or damaged.
    borrowing func check(_ id: git_oid) throws(LibGit2Error) {
        var object: OpaquePointer?
        let owner = raw
        try LibGit2.check("git_object_lookup") {
            withUnsafePointer(to: id) { git_object_lookup(&object, owner, $0, GIT_OBJECT_ANY) }
        }
        git_object_free(object)
    }

    /// An object's kind and size, without loading it.
    borrowing func header(of objectID: String) throws(LibGit2Error) -> (isCommit: Bool, size: Int) {
        var oid = try git_oid(hex: objectID)
        var size = 0
        var kind = GIT_OBJECT_INVALID
        let objects = try ObjectDatabaseHandle(of: self)
        let database = objects.raw
        try LibGit2.check("git_odb_read_header") { git_odb_read_header(&size, &kind, database, &oid) }
        return (kind == GIT_OBJECT_COMMIT, size)
    }

    static func given(_ pointer: OpaquePointer?, _ call: String) throws(LibGit2Error) -> OpaquePointer {
        guard let pointer else {
            throw LibGit2Error(call: call, code: GIT_ERROR.rawValue, category: 0, message: "no object was given")
        }
        return pointer
    }
}

/// A repository's object database.
struct ObjectDatabaseHandle: ~Copyable {
    let raw: OpaquePointer

    init(of repository: borrowing RepositoryHandle) throws(LibGit2Error) {
        var pointer: OpaquePointer?
        let owner = repository.raw
        try LibGit2.check("git_repository_odb") { git_repository_odb(&pointer, owner) }
        raw = try RepositoryHandle.given(pointer, "git_repository_odb")
    }

    deinit { git_odb_free(raw) }
}

/// A commit.
struct CommitHandle: ~Copyable {
    let raw: OpaquePointer

    init(_ oid: git_oid, in repository: borrowing RepositoryHandle) throws(LibGit2Error) {
        var pointer: OpaquePointer?
        let owner = repository.raw
        try LibGit2.check("git_commit_lookup") { withUnsafePointer(to: oid) { git_commit_lookup(&pointer, owner, $0) } }
        raw = try RepositoryHandle.given(pointer, "git_commit_lookup")
    }

    deinit { git_commit_free(raw) }
}

/// A tree: one folder of a commit.
struct TreeHandle: ~Copyable {
    let raw: OpaquePointer

    init(_ oid: git_oid, in repository: borrowing RepositoryHandle) throws(LibGit2Error) {
        var pointer: OpaquePointer?
        let owner = repository.raw
        try LibGit2.check("git_tree_lookup") { withUnsafePointer(to: oid) { git_tree_lookup(&pointer, owner, $0) } }
        raw = try RepositoryHandle.given(pointer, "git_tree_lookup")
    }

    deinit { git_tree_free(raw) }
}

/// A server, as far as one repository on it is concerned.
struct RemoteHandle: ~Copyable {
    let raw: OpaquePointer

    /// For listing only: it belongs to no repository.
    init(detached url: String) throws(LibGit2Error) {
        var pointer: OpaquePointer?
        try LibGit2.check("git_remote_create_detached") { git_remote_create_detached(&pointer, url) }
        raw = try RepositoryHandle.given(pointer, "git_remote_create_detached")
    }

    /// For fetching into `repository`; its configuration is not touched.
    init(anonymous url: String, in repository: OpaquePointer) throws(LibGit2Error) {
        var pointer: OpaquePointer?
        try LibGit2.check("git_remote_create_anonymous") { git_remote_create_anonymous(&pointer, repository, url) }
        raw = try RepositoryHandle.given(pointer, "git_remote_create_anonymous")
    }

    deinit {
        git_remote_disconnect(raw)
        git_remote_free(raw)
    }
}

/// A file's content.
struct BlobHandle: ~Copyable {
    let raw: OpaquePointer

    init(_ oid: git_oid, in repository: borrowing RepositoryHandle) throws(LibGit2Error) {
        var pointer: OpaquePointer?
        let owner = repository.raw
        try LibGit2.check("git_blob_lookup") { withUnsafePointer(to: oid) { git_blob_lookup(&pointer, owner, $0) } }
        raw = try RepositoryHandle.given(pointer, "git_blob_lookup")
    }

    deinit { git_blob_free(raw) }
}
