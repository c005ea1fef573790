// SPDX-License-Identifier: Apache-2.0
import SyncPlan
import SyncSource
import Testing

/// The commit that stands beside the inventory.
struct FollowedCommitTests {
    private static let id = String(repeating: "0a", count: 20)
    private static let repository = String(repeating: "1f", count: 32)

    @Test func `it is written as commit, kind and repository, and read again as the same`() throws {
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
        #expect(followed.text == "\(Self.id) tag \(Self.repository)")
        #expect(FollowedCommit(followed.text) == followed)
        #expect(FollowedCommit(PlanFixture.commit) == nil, "it is not known where that was read")
    }

    @Test(arguments: [
        "", "main", id, "\(id) tag", "\(id) tag \(repository) ", "\(id)  \(repository)", "\(id) Tag \(repository)",
        "\(id.uppercased()) tag \(repository)", "\(id)0 tag \(repository)", "\(id) tag \(repository.dropLast())",
    ])
    func `anything else is not read as a commit`(_ text: String) { #expect(FollowedCommit(text) == nil) }

}
