// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import KubeObjects
import SyncApply
import TestKit
import Testing

/// A deletion takes along what the object owns, before that has its own turn.
@Suite(.timeLimit(.minutes(5)))
struct OwnedPruneTests {
    @Test(.enabled(if: !ClusterUnderTest.isReal), arguments: [true, false])
    func `what has come to ask to be kept, or cannot be read, keeps its owner as well`(isRead: Bool) async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([deployment("web"), configMap("c")])
            let web = try #require(try await project.live("Deployment", "web", group: "apps"))
            let owner = #"{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"\#(web.uid ?? "")"}"#
            let patch = #"{"metadata":{"ownerReferences":[\#(owner)]}}"#
            try await project.kubectl(["patch", "configmap", "c", "--type", "merge", "-p", patch])
            let faults = try #require(project.cluster.embedded?.faults)
            let path = "/api/v1/namespaces/\(project.namespace)/configmaps/c"
            // Passes read a kind by its list: this is the last look.
            let action: FaultAction =
                isRead
                ? .meanwhile {
                    try await project.kubectl(["annotate", "configmap", "c", "sternpost.dev/prune=disabled"])
                }
                : .failure(status: 403, reason: "Forbidden", message: "not for you")
            let rule = faults.add(FaultRule("get", path, action, on: isRead ? .first(1) : .every))
            let report = try await project.sync([]).report
            #expect(faults.hits(rule) > 0)
            #expect(report.actions == ["Deployment web": .skipped, "ConfigMap c": .skipped], "\(report.outcomes)")
            let reason = try #require(report.outcome("c")?.error)
            #expect(reason.contains(isRead ? "asks to be kept" : "could not be read"), "\(reason)")
            faults.removeAll()
            #expect(try await project.live("Deployment", "web", group: "apps")?.deletionTimestamp == nil)
            #expect(try await project.live("ConfigMap", "c") != nil)
        }
    }

    /// The Deployment owns an account that owns the ConfigMap; all of them are to be deleted.
    @Test(.enabled(if: !ClusterUnderTest.isReal)) func `the same through one more of them`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([deployment("web"), serviceAccount("robot"), configMap("c")])
            func own(_ resource: String, _ name: String, by kind: String, _ owner: String, group: String) async throws {
                let live = try #require(try await project.live(kind, owner, group: group))
                let version = group.isEmpty ? "v1" : "\(group)/v1"
                let reference =
                    #"{"apiVersion":"\#(version)","kind":"\#(kind)","name":"\#(owner)","uid":"\#(live.uid ?? "")"}"#
                let patch = #"{"metadata":{"ownerReferences":[\#(reference)]}}"#
                _ = try await project.kubectl(["patch", resource, name, "--type", "merge", "-p", patch])
            }
            try await own("serviceaccount", "robot", by: "Deployment", "web", group: "apps")
            try await own("configmap", "c", by: "ServiceAccount", "robot", group: "")
            let faults = try #require(project.cluster.embedded?.faults)
            let path = "/api/v1/namespaces/\(project.namespace)/configmaps/c"
            let action = FaultAction.meanwhile {
                _ = try await project.kubectl(["annotate", "configmap", "c", "sternpost.dev/prune=disabled"])
            }
            faults.add(FaultRule("get", path, action, on: .first(1)))
            let report = try await project.sync([]).report
            #expect(report.outcomes.map(\.action) == [.skipped, .skipped, .skipped], "\(report.outcomes)")
            #expect(report.outcomes.count == 3)
            for (kind, name, group) in [
                ("Deployment", "web", "apps"), ("ServiceAccount", "robot", ""), ("ConfigMap", "c", ""),
            ] {
                #expect(try await project.live(kind, name, group: group) != nil, "\(kind)")
            }
        }
    }
}
