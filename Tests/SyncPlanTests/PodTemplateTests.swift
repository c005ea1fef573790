// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

/// Where objects describe their pods.
struct PodTemplateTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let kind: String
        /// The members above the pod's spec.
        let path: [String]?
        var isFollowed = false
        var isLasting = false

        var testDescription: String { kind }
    }

    static let rows = [
        Row(kind: "Deployment.apps", path: ["spec", "template"], isFollowed: true, isLasting: true),
        Row(kind: "StatefulSet.apps", path: ["spec", "template"], isFollowed: true, isLasting: true),
        Row(kind: "DaemonSet.apps", path: ["spec", "template"], isFollowed: true, isLasting: true),
        Row(kind: "ReplicaSet.apps", path: ["spec", "template"], isLasting: true),
        Row(kind: "Job.batch", path: ["spec", "template"]),
        Row(kind: "CronJob.batch", path: ["spec", "jobTemplate", "spec", "template"], isFollowed: true),
        Row(kind: "Pod", path: []),
        Row(kind: "Pod.example.com", path: nil),
        Row(kind: "StatefulSet.apps.kruise.io", path: ["spec", "template"]),
        Row(kind: "ConfigMap", path: nil),
    ]

    @Test(arguments: rows)
    func `a kind keeps the spec of its pods in one place`(row: Row) throws {
        let kind = GroupKind(parsing: row.kind)
        #expect(PodTemplate.path(of: kind) == (row.isFollowed ? row.path : nil))
        #expect(PodTemplate.kinds.contains(kind) == row.isFollowed)
        #expect(PodTemplate.lasting.contains(kind) == row.isLasting)
        let apiVersion = GroupVersionKind(group: kind.group, version: "v1", kind: kind.kind).apiVersion
        var json: JSON = [
            "apiVersion": .string(apiVersion), "kind": .string(kind.kind), "metadata": ["name": "web"],
        ]
        let spec: JSON = ["containers": [["name": "web", "image": "nginx"]]]
        json[(row.path ?? ["spec", "template"]) + ["spec"]] = spec
        let object = try KubeObject(json)
        let expected: JSON? = if row.path == nil { nil } else { spec }
        #expect(PodTemplate.podSpec(of: object) == expected)
    }
}
