// SPDX-License-Identifier: Apache-2.0
import SyncLook
import SyncPlan
import SyncSource
import Testing

/// The commit that stands beside the inventory.
struct FollowedCommitTests {
    private static let id = String(repeating: "0a", count: 20)
    private static let repository = String(repeating: "1f", count: 32)

    @Test func `it is written as commit, kind, repository and ref, and read again as the same`() throws {
        let commit = CommitInfo(
            id: Self.id,
            ref: "v1",
            authorName: "Ada",
            authorEmail: "ada@example.com",
            authoredAt: 0,
            subject: "change",
            origin: CommitOrigin(repository: Self.repository, refKind: .tag)
        )
        let followed = try #require(FollowedCommit(commit))
        #expect(followed.text == "\(Self.id) tag \(Self.repository) v1")
        #expect(
            followed.commit.id == commit.id && followed.commit.ref == "v1" && followed.commit.origin == commit.origin
        )
        #expect(FollowedCommit(followed.text) == followed)
        #expect(FollowedCommit(PlanFixture.commit) == nil, "it is not known where that was read")
    }

    @Test(arguments: [
        "", "main", id, "\(id) tag", "\(id) tag \(repository)", "\(id) tag \(repository) ", "\(id)  \(repository) v1",
        "\(id) Tag \(repository) v1", "\(id.uppercased()) tag \(repository) v1", "\(id)0 tag \(repository) v1",
        "\(id) tag \(repository.dropLast()) v1", "\(id) tag \(repository) v1 ",
    ])
    func `anything else is not read as a commit`(_ text: String) { #expect(FollowedCommit(text) == nil) }

}
