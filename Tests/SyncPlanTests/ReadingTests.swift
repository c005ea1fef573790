// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

/// What the API server filled in, and what somebody changed, as the answer to our own apply shows it.
struct ReadingTests {
    private static let deployment = GroupKind(group: "apps", kind: "Deployment")
    private static let configMap = GroupKind(group: "", kind: "ConfigMap")
    private static let service = GroupKind(group: "", kind: "Service")
    private static let lease = GroupKind(group: "coordination.k8s.io", kind: "Lease")
    private static let custom = GroupKind(group: "example.com", kind: "Thing")

    /// Kind, the field below `spec` or `data`, what was declared, what is there, and what that means.
    private static let table: [(GroupKind, String, JSON, JSON?, ServerReading)] = [
        (deployment, "strategy", [:], ["type": "RollingUpdate"], .read),
        (deployment, "replicas", .null, 1, .read),
        (deployment, "ports", [["port": 80]], [["port": 80, "protocol": "TCP"]], .read),
        (deployment, "tolerations", [["key": "a"]], [["key": "a"], ["key": "b"]], .read),
        (deployment, "rules", [], .null, .read),
        (deployment, "flag", false, nil, .read),
        (deployment, "policy", "", "Retain", .read),
        (deployment, "claims", [["name": "a", "phase": ""]], [["name": "a", "phase": "Pending"]], .read),
        (service, "ports", [["nodePort": 0, "port": 80]], [["nodePort": 30_001, "port": 80]], .read),
        (deployment, "readinessProbe", ["periodSeconds": 0], ["periodSeconds": 10], .read),
        (lease, "renewTime", "2020-01-01T00:00:00.5+01:00", "2019-12-31T23:00:00.500000Z", .read),
        (lease, "renewTime", "2020-01-01T00:00:00Z", "2020-01-01T00:00:01.000000Z", .replaced),
        (service, "nodePort", 30_000, 30_001, .replaced),
        (deployment, "replicas", 1, 2, .replaced),
        (deployment, "replicas", 0, 1, .replaced),
        (deployment, "flag", false, true, .replaced),
        (deployment, "ports", [["port": 80]], [["port": 81, "protocol": "TCP"]], .replaced),
        (deployment, "feature", true, nil, .dropped),
        (deployment, "ports", [["port": 80], ["port": 81]], [["port": 81]], .dropped),
        (configMap, "k", "", "theirs", .replaced),
        (configMap, "k", "mine", "theirs", .replaced),
        (custom, "policy", "", "Retain", .replaced),
        (custom, "nodePort", 0, 30_001, .replaced),
        (custom, "renewTime", "2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", .replaced),
    ]

    @Test(arguments: table)
    func `what is stated is told from what is left open`(
        kind: GroupKind,
        field: String,
        wanted: JSON,
        found: JSON?,
        reading: ServerReading
    ) {
        let top = kind == Self.configMap ? "data" : "spec"
        let difference = FieldDifference(path: [.field(top), .field(field)], before: found, after: wanted)
        #expect(ServerReading(difference, of: kind) == reading)
    }

    @Test func `the overhead of a RuntimeClass is an amount in any spelling`() {
        let path: [FieldPathElement] = [.field("overhead"), .field("podFixed"), .field("cpu")]
        let kind = GroupKind(group: "node.k8s.io", kind: "RuntimeClass")
        #expect(ServerReading(FieldDifference(path: path, before: "250m", after: 0.25), of: kind) == .read)
        #expect(ServerReading(FieldDifference(path: path, before: "500m", after: 0.25), of: kind) == .replaced)
    }

    @Test func `an empty list that is new in git is a difference to what the server had filled in`() throws {
        let head = #""apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"}"#
        let live = try PlanFixture.live(#"{\#(head),"spec":{"metrics":[{"type":"Resource"}]}}"#)
        let declared = try PlanFixture.rendered(#"{\#(head),"spec":{"metrics":[]}}"#)
        let plan = PlanFixture.plan(declared, live: [live], members: [(live, "uid-1")])
        #expect(plan.waves.first?.steps.first?.changes.map(\.path) == [".spec.metrics"])
    }

    @Test func `a value that somebody wrote below our empty map is theirs until we apply it`() throws {
        let head = #""apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"}"#
        let text = #"{\#(head),"spec":{"strategy":{"type":"Recreate"}}}"#
        let live = try PlanFixture.live(text, owned: #""f:spec":{"f:strategy":{}}"#) { json in
            json[["metadata", "managedFields"]] = .array(
                (json[["metadata", "managedFields"]]?.array ?? []) + [
                    [
                        "manager": "kubectl-patch", "operation": "Update", "apiVersion": "apps/v1",
                        "fieldsV1": ["f:spec": ["f:strategy": ["f:type": [:]]]],
                    ]
                ]
            )
        }
        let plan = PlanFixture.plan(try PlanFixture.rendered(text), live: [live], members: [(live, "uid-1")])
        #expect(plan.waves.first?.steps.first?.changes.map(\.path) == [".spec.strategy.type"])
    }
}
