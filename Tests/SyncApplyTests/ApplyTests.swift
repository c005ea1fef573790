// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import TestKit
import Testing

/// Whole passes against a cluster.
@Suite(.timeLimit(.minutes(5)))
struct ApplyTests {
    @Test func `a first pass creates everything and a second one writes nothing`() async throws {
        try await ProjectUnderTest.run { project in
            let manifests = [configMap("a"), configMap("b"), serviceAccount("robot")]
            let first = try await project.sync(manifests)
            #expect(first.report.interruption == nil)
            #expect(
                first.report.actions == [
                    "ConfigMap a": .created, "ConfigMap b": .created, "ServiceAccount robot": .created,
                ]
            )
            let inventory = try await project.storedInventory()
            #expect(inventory.members == first.report.inventory.members)
            #expect(Set(inventory.members.keys.map(\.name)) == ["a", "b", "robot"])
            #expect(inventory.members.values.allSatisfy { $0.uid != nil })
            let version = try await project.live("ConfigMap", "a")?.resourceVersion
            let parent = try await project.live("Secret", "sternpost-test")
            let rows = project.journal.rows.count

            let second = try await project.sync(manifests)
            #expect(second.plan.isEmpty)
            #expect(second.report.outcomes.isEmpty)
            #expect(try await project.live("ConfigMap", "a")?.resourceVersion == version)
            #expect(try await project.live("Secret", "sternpost-test") == parent)
            #expect(project.journal.rows.count == rows)
        }
    }

    @Test func `every write has an intent before it and a result after it`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("b")])
            try await project.sync([configMap("a", #"{"k":"w"}"#)])
            let rows = project.journal.rows
            #expect(rows.allSatisfy { $0.result == .done })
            let verbs = rows.map { "\($0.intent.verb) \($0.intent.id.name)" }
            #expect(
                verbs == [
                    "inventory sternpost-test", "apply a", "apply b", "inventory sternpost-test", "apply a",
                    "delete b", "inventory sternpost-test",
                ]
            )
        }
    }

    @Test func `a removed manifest is pruned and leaves the inventory`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("b")])
            let report = try await project.sync([configMap("a")]).report
            #expect(report.actions == ["ConfigMap b": .pruned])
            #expect(try await project.live("ConfigMap", "b") == nil)
            #expect(Set(try await project.storedInventory().members.keys.map(\.name)) == ["a"])
        }
    }

    @Test func `a change by hand is taken back and the person's manager is named`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a")])
            try await project.kubectl(["patch", "configmap", "a", "-p", #"{"data":{"k":"mine"}}"#])
            let report = try await project.sync([configMap("a")]).report
            let outcome = try #require(report.outcome("a"))
            #expect(outcome.action == .configured)
            #expect(outcome.changes.map(\.path) == [".data.k"])
            #expect(outcome.changes.first?.takenFrom?.contains("kubectl-patch") == true)
            #expect(try await project.live("ConfigMap", "a")?.json["data"] == ["k": "v"])
        }
    }

    @Test func `a definition and its objects go into one commit`() async throws {
        try await ProjectUnderTest.run { project in
            let group = "\(project.namespace).example.org"
            let manifests = [widget("w", group: group), widgetDefinition(group: group)]
            let report = try await project.sync(manifests).report
            #expect(report.outcomes.map(\.action) == [.created, .created], "\(report.outcomes.map(\.error))")
            #expect(try await project.sync(manifests).plan.isEmpty)
            // The object goes before its definition; a definition needs approval.
            let held = try await project.sync([])
            guard case .held(_, let hash) = held.plan.prune.verdict else {
                Issue.record("not held: \(held.plan.prune.verdict)")
                return
            }
            #expect(held.report.outcomes.map(\.action) == [.skipped, .skipped])
            let pruned = try await project.sync([], approved: hash).report
            #expect(pruned.outcomes.map(\.id.kind) == ["Widget", "CustomResourceDefinition"])
            #expect(pruned.outcomes.map(\.action) == [.pruned, .pruned], "\(pruned.outcomes.map(\.error))")
            // A definition has a finalizer of the API server's own: it stays a member until it is gone.
            try await eventually("the definition is gone and no member any more") {
                try await project.sync([])
                return try await project.storedInventory().members.isEmpty
            }
        }
    }

    @Test func `one bad object stops only itself and what depends on it`() async throws {
        try await ProjectUnderTest.run { project in
            let account = serviceAccount("robot").replacing(
                #""name":"robot""#,
                with: #""name":"robot","labels":{"a":"b c"}"#
            )
            let report = try await project.sync([configMap("good"), account, deployment("web", account: "robot")])
                .report
            #expect(report.outcome("good")?.action == .created)
            #expect(report.outcome("robot")?.action == .failed)
            let place = "infra/1.yaml:1: ServiceAccount \(project.namespace)/robot"
            #expect(report.outcome("robot")?.error?.hasPrefix("\(place): is not valid: metadata.labels") == true)
            #expect(report.outcome("web")?.action == .skipped)
            #expect(report.outcome("web")?.error?.contains("blocked by ServiceAccount") == true)
            #expect(report.interruption == nil)
        }
    }

    @Test func `a missing namespace is named with what to do`() async throws {
        try await ProjectUnderTest.run { project in
            let elsewhere = configMap("a").replacing(
                #""name":"a""#,
                with: #""name":"a","namespace":"not-there-at-all""#
            )
            let outcome = try await project.sync([elsewhere]).report.outcome("a")
            #expect(outcome?.action == .failed)
            #expect(outcome?.error?.contains("add a Namespace manifest for not-there-at-all") == true)
        }
    }
}

func serviceAccount(_ name: String) -> String {
    #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"\#(name)"}}"#
}

func deployment(_ name: String, account: String = "default", app: String = "web") -> String {
    """
    {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"\(name)"},"spec":{"replicas":0,
     "selector":{"matchLabels":{"app":"\(app)"}},"template":{"metadata":{"labels":{"app":"\(app)"}},
     "spec":{"serviceAccountName":"\(account)","containers":[{"name":"web","image":"web:1"}]}}}}
    """
}

func widgetDefinition(group: String) -> String {
    """
    {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.\(group)"},
     "spec":{"group":"\(group)","scope":"Namespaced","names":{"kind":"Widget","plural":"widgets","singular":"widget",
     "listKind":"WidgetList"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":
     {"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"}}}}}}}]}}
    """
}

func widget(_ name: String, group: String) -> String {
    #"{"apiVersion":"\#(group)/v1","kind":"Widget","metadata":{"name":"\#(name)"},"spec":{"size":3}}"#
}

extension String {
    /// The text with one part replaced; the part must be there.
    func replacing(_ part: String, with other: String) -> String {
        guard let range = range(of: part) else { return self }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
