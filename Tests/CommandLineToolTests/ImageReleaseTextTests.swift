// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import Testing

@testable import CommandLineTool

/// What `images release` says.
struct ImageReleaseTextTests {
    private func text(isNew: Bool, lookedAt: Date?) -> String {
        let web = ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        return ImagesReleaseCommand.text(
            .init(project: "posts", workload: web, before: nil, isNew: isNew, lookedAt: lookedAt)
        )
    }

    @Test func `what runs is told as of the look from which it is known`() {
        let answer = text(isNew: false, lookedAt: Date(timeIntervalSince1970: 0))
        let words = "at the operator's last look at 1970-01-01T00:00:00Z it ran what its tags point to"
        #expect(answer.hasSuffix(" of posts was not held: \(words)"))
    }

    @Test func `a release that was given is told as such`() {
        #expect(text(isNew: true, lookedAt: nil).contains(" of posts is released: "))
    }
}
