// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry
import SyncPlan
import Testing

@testable import SyncImages

/// Which images of a workload are followed.
struct FollowRuleTests {
    /// What the project and the workload say of an image, and whether it is followed.
    struct Row: Sendable, CustomTestStringConvertible {
        let image: String
        let isFollowed: Bool
        var annotations: [String: String] = [:]
        var labels: [String: String] = [:]
        var rollLatest = true
        var tags = ["latest"]

        var testDescription: String { "\(image) \(annotations) \(labels) \(rollLatest) \(tags)" }
    }

    private static let pinned = "nginx:latest@\(ImageFixture.first)"

    static let rows: [Row] = [
        Row(image: "nginx:latest", isFollowed: true), Row(image: "nginx", isFollowed: true),
        Row(image: "127.0.0.1:5000/a/b", isFollowed: true), Row(image: "nginx:1.27", isFollowed: false),
        Row(image: "nginx:Latest", isFollowed: false), Row(image: "nginx:latest-alpine", isFollowed: false),
        Row(image: "nginx:latest", isFollowed: true, tags: ["l*st"]),
        Row(image: "nginx:edge-7", isFollowed: true, tags: ["latest", "edge-*"]),
        Row(image: "nginx:latest", isFollowed: false, tags: ["edge-*"]),
        Row(image: "nginx:latest", isFollowed: false, tags: []),
        Row(image: "nginx:latest", isFollowed: false, annotations: ["sternpost.dev/roll-latest": "false"]),
        Row(image: "nginx:latest", isFollowed: false, annotations: ["sternpost.dev/roll-latest": "FALSE"]),
        Row(image: "nginx:latest", isFollowed: false, rollLatest: false),
        Row(
            image: "nginx:latest",
            isFollowed: true,
            annotations: ["sternpost.dev/roll-latest": "true"],
            rollLatest: false
        ),
        Row(image: "nginx:1.27", isFollowed: true, annotations: ["sternpost.dev/roll-tags": "edge, 1.*"]),
        Row(image: "nginx:latest", isFollowed: true, annotations: ["sternpost.dev/roll-tags": "edge, 1.*"]),
        Row(
            image: "nginx:latest",
            isFollowed: false,
            annotations: ["sternpost.dev/roll-tags": "1.*"],
            rollLatest: false
        ),
        Row(image: "nginx:1.27", isFollowed: true, annotations: ["sternpost.dev/roll-tags": "1.*"], rollLatest: false),
        Row(
            image: "nginx:1.27",
            isFollowed: false,
            annotations: ["sternpost.dev/roll-tags": "1.*", "sternpost.dev/roll-latest": "false"]
        ),
        Row(image: "nginx:1.27", isFollowed: false, annotations: ["sternpost.dev/roll-tags": "1.*, !"]),
        Row(image: "nginx:1.27", isFollowed: true, annotations: ["keel.sh/policy": "force"]),
        Row(image: "nginx:1.27", isFollowed: true, labels: ["keel.sh/policy": "force"]),
        Row(image: "nginx:1.27", isFollowed: true, annotations: ["keel.sh/policy": "force"], rollLatest: false),
        Row(
            image: "nginx:1.27",
            isFollowed: true,
            annotations: ["keel.sh/policy": "force", "keel.sh/matchTag": "true"]
        ),
        Row(image: "nginx:1.27", isFollowed: false, annotations: ["keel.sh/policy": "major"]),
        Row(image: "nginx:latest", isFollowed: true, annotations: ["keel.sh/policy": "major"]),
        Row(image: "nginx:latest", isFollowed: false, annotations: ["keel.sh/policy": "never"]),
        Row(image: "nginx:latest", isFollowed: false, labels: ["keel.sh/policy": "never"]),
        Row(
            image: "nginx:latest",
            isFollowed: true,
            annotations: ["keel.sh/policy": "force"],
            labels: ["keel.sh/policy": "never"]
        ),
        Row(
            image: "nginx:latest",
            isFollowed: false,
            annotations: ["keel.sh/policy": "force", "sternpost.dev/roll-latest": "false"]
        ),
    ]

    private func follows(_ row: Row) throws -> Bool {
        var policy = ImagePolicy()
        policy.rollLatest = row.rollLatest
        policy.tags = try row.tags.map { try #require(TagPattern($0)) }
        let object = try ImageFixture.object(["web=\(row.image)"]) { json in
            for (key, value) in row.annotations { json[["metadata", "annotations", key]] = .string(value) }
            for (key, value) in row.labels { json[["metadata", "labels", key]] = .string(value) }
        }
        let isFollowed = FollowRule(object, policy: policy).follows(try ImageReference(row.image))
        #expect((FollowedWorkload(object, policy: policy) != nil) == isFollowed)
        return isFollowed
    }

    @Test(arguments: rows)
    func `project, annotations and Keel's words say which tags move`(_ row: Row) throws {
        #expect(try follows(row) == row.isFollowed)
    }

    @Test(arguments: ["nginx:latest@", "nginx@", "ghcr.io/a/b:edge@"])
    func `R13: an image with a digest is never followed, whoever asks for it`(name: String) throws {
        let image = "\(name)\(ImageFixture.first)"
        for annotations in [
            [:], ["keel.sh/policy": "force"], ["sternpost.dev/roll-latest": "true"], ["sternpost.dev/roll-tags": "*"],
        ] {
            #expect(try !follows(Row(image: image, isFollowed: false, annotations: annotations, tags: ["*"])))
        }
    }
}
