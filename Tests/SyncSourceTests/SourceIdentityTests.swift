// SPDX-License-Identifier: Apache-2.0
import GitStore
import SyncSource
import Testing

/// The name of a source, on which the guard against deleting another repository's objects stands.
@Suite struct SourceIdentityTests {
    static let named: [(url: String, path: String, identity: String)] = [
        ("https://git.example.com/acme/posts.git", "infra", "https://git.example.com/acme/posts.git#infra"),
        ("https://GIT.example.com:443/acme/posts.git", "", "https://git.example.com/acme/posts.git#"),
        ("git@git.example.com:acme/posts.git", "deploy/prod", "git@git.example.com:acme/posts.git#deploy/prod"),
        ("ssh://git.example.com/posts.git", "infra", "ssh://git@git.example.com/posts.git#infra"),
        ("file:///srv/posts.git", "infra", "/srv/posts.git#infra"), ("/srv/posts.git", "infra", "/srv/posts.git#infra"),
    ]

    @Test(arguments: named)
    func `a source is named by its checked address and its folder`(url: String, path: String, identity: String) throws {
        let spec = RepositorySpec(url: url, ref: .branch("main"), path: path)
        #expect(try SourceIdentity(spec).description == identity)
        let other = RepositorySpec(url: url, ref: .tag("v1"), path: path)
        #expect(try SourceIdentity(other) == SourceIdentity(spec))
    }

    @Test(arguments: ["", "ftp://git.example.com/a.git", "https://me:hunter2hunter2@git.example.com/a.git", "https://"])
    func `an invalid address gives no identity and no origin, but an error`(url: String) {
        let spec = RepositorySpec(url: url, ref: .branch("main"), path: "infra")
        let error = #expect(throws: SourceError.self) { try SourceIdentity(spec) }
        #expect(error?.reason == .git(.configuration))
        #expect(error?.message.contains("hunter2") == false)
        #expect(throws: SourceError.self) { try CommitOrigin(spec) }
    }
}
