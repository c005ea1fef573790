// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncObserve
import Testing

/// One row: an object as JSON text and what it must be judged.
struct KstatusRow: Sendable, CustomTestStringConvertible {
    let name: String
    let apiVersion: String
    let kind: String
    /// Further members of the object, as the inside of a JSON map; `metadata` members go through `metadata`.
    let members: String
    var metadata = ""
    let expected: HealthStatus
    /// A part of the message that a person needs.
    var says = ""

    var testDescription: String { "\(kind): \(name)" }

    func object() throws -> KubeObject {
        let extra = metadata.isEmpty ? "" : ",\(metadata)"
        let text = """
            {"apiVersion":"\(apiVersion)","kind":"\(kind)","metadata":{"name":"x","generation":2\(extra)},\(members)}
            """
        return try KubeObject(try JSONParser.parse(text))
    }
}

@Suite struct KstatusTests {
    static let now = Date(timeIntervalSince1970: 1_767_225_600)  // 2026-01-01T00:00:00Z

    @Test(arguments: generic + deployments + otherWorkloads + kinds)
    func `each row of the kstatus table is judged as kstatus and our deltas say`(_ row: KstatusRow) throws {
        let verdict = Kstatus.status(of: try row.object(), now: Self.now)
        #expect(verdict.status == row.expected, "\(verdict.message)")
        #expect(row.says.isEmpty || verdict.message.contains(row.says), "\(verdict.message)")
    }

    static let generic: [KstatusRow] = [
        .init(
            name: "being deleted beats everything",
            apiVersion: "example.org/v1",
            kind: "Widget",
            members: #""status":{"conditions":[{"type":"Ready","status":"True"}]}"#,
            metadata: #""deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["example.org/hold"]"#,
            expected: .terminating,
            says: "example.org/hold"
        ),
        .init(
            name: "an older generation was observed",
            apiVersion: "example.org/v1",
            kind: "Widget",
            members: #""status":{"observedGeneration":1,"conditions":[{"type":"Ready","status":"True"}]}"#,
            expected: .inProgress,
            says: "generation 2"
        ),
        .init(
            name: "reconciling",
            apiVersion: "example.org/v1",
            kind: "Widget",
            members: #""status":{"conditions":[{"type":"Reconciling","status":"True","reason":"Busy"}]}"#,
            expected: .inProgress,
            says: "Busy"
        ),
        .init(
            name: "stalled",
            apiVersion: "example.org/v1",
            kind: "Widget",
            members:
                #""status":{"conditions":[{"type":"Stalled","status":"True","reason":"Broken","message":"no disk"}]}"#,
            expected: .failed,
            says: "Broken: no disk"
        ),
        .init(
            name: "ready",
            apiVersion: "example.org/v1",
            kind: "Widget",
            members: #""status":{"observedGeneration":2,"conditions":[{"type":"Ready","status":"True"}]}"#,
            expected: .current
        ),
        .init(
            name: "not ready",
            apiVersion: "example.org/v1",
            kind: "Widget",
            members: #""status":{"conditions":[{"type":"Ready","status":"Unknown","message":"line\n two"}]}"#,
            expected: .inProgress,
            says: "line\n two"
        ),
        .init(
            name: "no status at all",
            apiVersion: "example.org/v1",
            kind: "Widget",
            members: #""spec":{}"#,
            expected: .current
        ),
        .init(
            name: "a Deployment of a foreign group has no built-in rule",
            apiVersion: "example.org/v1",
            kind: "Deployment",
            members: #""spec":{"replicas":3}"#,
            expected: .current
        ),
    ]

    static func deployment(
        _ name: String,
        spec: String = #""replicas":2,"progressDeadlineSeconds":600"#,
        counts: String = #""replicas":2,"updatedReplicas":2,"availableReplicas":2,"readyReplicas":2"#,
        progressing: String = #"{"type":"Progressing","status":"True","reason":"NewReplicaSetAvailable"}"#,
        available: String = "True",
        _ expected: HealthStatus,
        says: String = ""
    ) -> KstatusRow {
        KstatusRow(
            name: name,
            apiVersion: "apps/v1",
            kind: "Deployment",
            members: """
                "spec":{\(spec)},"status":{"observedGeneration":2,\(counts),"conditions":[\(progressing)\
                \(progressing.isEmpty ? "" : ","){"type":"Available","status":"\(available)"}]}
                """,
            expected: expected,
            says: says
        )
    }

    static let deployments: [KstatusRow] = [
        deployment("rolled out", .current),
        deployment(
            "progress deadline",
            progressing: #"""
                {"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded","message":"web-1 timed out"}
                """#,
            .failed,
            says: "web-1 timed out"
        ),
        deployment("no replicas yet", counts: #""replicas":0"#, .inProgress, says: "0 of 2"),
        deployment("absent spec.replicas is one", spec: "", counts: #""replicas":0"#, .inProgress, says: "0 of 1"),
        deployment("half updated", counts: #""replicas":2,"updatedReplicas":1"#, .inProgress, says: "1 of 2"),
        deployment(
            "surplus replica",
            counts: #""replicas":3,"updatedReplicas":2,"availableReplicas":2,"readyReplicas":2"#,
            .inProgress,
            says: "1 surplus replica is"
        ),
        deployment(
            "not available",
            counts: #""replicas":2,"updatedReplicas":2,"availableReplicas":1,"readyReplicas":2"#,
            .inProgress,
            says: "1 of 2 replicas are available"
        ),
        deployment(
            "not ready",
            counts: #""replicas":2,"updatedReplicas":2,"availableReplicas":2,"readyReplicas":1"#,
            .inProgress,
            says: "1 of 2 replicas are ready"
        ),
        deployment(
            "ReplicaSet still updated",
            progressing: #"{"type":"Progressing","status":"True","reason":"ReplicaSetUpdated"}"#,
            .inProgress
        ),
        deployment(
            "paused",
            spec: #""replicas":2,"progressDeadlineSeconds":600,"paused":true"#,
            progressing: #"{"type":"Progressing","status":"Unknown","reason":"DeploymentPaused"}"#,
            .inProgress,
            says: "spec.paused"
        ),
        deployment("no deadline needs no Progressing", spec: #""replicas":2"#, progressing: "", .current),
        deployment(
            "endless deadline needs no Progressing",
            spec: #""replicas":2,"progressDeadlineSeconds":2147483647"#,
            progressing: "",
            .current
        ),
        deployment("Available is not true", available: "False", .inProgress),
        deployment("scaled to zero", spec: #""replicas":0"#, counts: #""observed":0"#, progressing: "", .current),
    ]

    /// Kind, spec, status, and what is told of older pods.
    private static let older: [(String, String, String, String?)] = [
        (
            "StatefulSet", #""replicas":3"#,
            #""replicas":3,"updatedReplicas":3,"currentRevision":"a","updateRevision":"a""#, nil
        ),
        (
            "StatefulSet", #""replicas":3,"updateStrategy":{"type":"OnDelete"}"#,
            #""replicas":3,"updatedReplicas":1,"currentRevision":"a","updateRevision":"b""#,
            "2 of its pods are of an older revision"
        ),
        (
            "StatefulSet", #""replicas":3,"updateStrategy":{"rollingUpdate":{"partition":2}}"#,
            #""replicas":3,"updatedReplicas":2,"currentRevision":"a","updateRevision":"b""#,
            "1 of its pods is of an older revision"
        ),
        ("DaemonSet", "", #""desiredNumberScheduled":3,"updatedNumberScheduled":3"#, nil),
        (
            "DaemonSet", #""updateStrategy":{"type":"OnDelete"}"#,
            #""desiredNumberScheduled":3,"updatedNumberScheduled":1"#, "2 of its pods are of an older revision"
        ),
        ("Deployment", #""replicas":3"#, #""replicas":3,"updatedReplicas":1"#, nil),
    ]

    @Test(arguments: older)
    func `pods of an older revision are told although the workload is well`(
        kind: String,
        spec: String,
        status: String,
        told: String?
    ) throws {
        let text =
            #"{"apiVersion":"apps/v1","kind":"\#(kind)","metadata":{"name":"w","namespace":"shop"},"#
            + #""spec":{\#(spec)},"status":{\#(status)}}"#
        let object = try KubeObject(try JSONParser.parse(text))
        #expect(Kstatus.olderPods(of: object) == told)
    }
}
