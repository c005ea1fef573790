// SPDX-License-Identifier: Apache-2.0
import SyncObserve

extension KstatusTests {
    private static func row(
        _ apiVersion: String,
        _ kind: String,
        _ name: String,
        _ members: String,
        metadata: String = "",
        _ expected: HealthStatus,
        says: String = ""
    ) -> KstatusRow {
        KstatusRow(
            name: name,
            apiVersion: apiVersion,
            kind: kind,
            members: members,
            metadata: metadata,
            expected: expected,
            says: says
        )
    }

    private static func statefulSet(
        _ name: String,
        _ spec: String,
        _ status: String,
        _ expected: HealthStatus
    ) -> KstatusRow {
        row("apps/v1", "StatefulSet", name, #""spec":{\#(spec)},"status":{\#(status)}"#, expected)
    }

    private static let rolling = #""replicas":3,"updateStrategy":{"type":"RollingUpdate"}"#
    private static let partitioned =
        #""replicas":3,"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":2}}"#
    private static let byHand = #""replicas":3,"updateStrategy":{"type":"OnDelete"}"#
    private static let threeReady = #""replicas":3,"readyReplicas":3"#

    static let otherWorkloads: [KstatusRow] = [
        statefulSet("OnDelete, too few", byHand, #""replicas":0"#, .inProgress),
        statefulSet("OnDelete, not ready", byHand, #""replicas":3,"readyReplicas":2"#, .inProgress),
        statefulSet("OnDelete, old Pods left", byHand, threeReady + #","updatedReplicas":0"#, .current),
        statefulSet("too few", rolling, #""replicas":2"#, .inProgress),
        statefulSet("not ready", rolling, #""replicas":3,"readyReplicas":2"#, .inProgress),
        statefulSet("too many", rolling, #""replicas":4,"readyReplicas":4"#, .inProgress),
        statefulSet("partition reached", partitioned, threeReady + #","updatedReplicas":1"#, .current),
        statefulSet("partition not reached", partitioned, threeReady + #","updatedReplicas":0"#, .inProgress),
        statefulSet("not of the current revision", rolling, threeReady + #","currentReplicas":2"#, .inProgress),
        statefulSet(
            "revisions differ",
            rolling,
            threeReady + #","currentReplicas":3,"currentRevision":"a","updateRevision":"b""#,
            .inProgress
        ),
        statefulSet(
            "rolled out",
            rolling,
            threeReady + #","currentReplicas":3,"currentRevision":"b","updateRevision":"b""#,
            .current
        ),
        row("apps/v1", "DaemonSet", "never observed", #""status":{"desiredNumberScheduled":0}"#, .inProgress),
        row("apps/v1", "DaemonSet", "nodes unknown", #""status":{"observedGeneration":2}"#, .inProgress),
        row(
            "apps/v1",
            "DaemonSet",
            "one not available",
            """
            "status":{"observedGeneration":2,"desiredNumberScheduled":2,"currentNumberScheduled":2,\
            "updatedNumberScheduled":2,"numberAvailable":1,"numberReady":2}
            """,
            .inProgress,
            says: "1 of 2 Pods are available"
        ),
        row(
            "apps/v1",
            "DaemonSet",
            "ready",
            """
            "status":{"observedGeneration":2,"desiredNumberScheduled":1,"currentNumberScheduled":1,\
            "updatedNumberScheduled":1,"numberAvailable":1,"numberReady":1}
            """,
            .current
        ),
        row(
            "apps/v1",
            "DaemonSet",
            "OnDelete, old Pods left",
            """
            "spec":{"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":2,"desiredNumberScheduled":2,\
            "currentNumberScheduled":2,"updatedNumberScheduled":0,"numberAvailable":2,"numberReady":2}
            """,
            .current,
            says: "2 of them update when they are deleted"
        ),
        row(
            "apps/v1",
            "DaemonSet",
            "OnDelete, a Pod is not ready",
            """
            "spec":{"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":2,"desiredNumberScheduled":2,\
            "currentNumberScheduled":2,"updatedNumberScheduled":0,"numberAvailable":1,"numberReady":1}
            """,
            .inProgress,
            says: "1 of 2 Pods are available"
        ),
        row(
            "apps/v1",
            "ReplicaSet",
            "quota",
            """
            "status":{"conditions":[{"type":"ReplicaFailure","status":"True","reason":"FailedCreate",\
            "message":"exceeded quota"}]}
            """,
            .inProgress,
            says: "exceeded quota"
        ),
        row(
            "apps/v1",
            "ReplicaSet",
            "ready",
            """
            "spec":{"replicas":1},"status":{"replicas":1,"fullyLabeledReplicas":1,"availableReplicas":1,"readyReplicas":1}
            """,
            .current
        ),
        row("apps/v1", "ReplicaSet", "surplus", #""spec":{"replicas":0},"status":{"replicas":1}"#, .inProgress),
    ]

    private static let unschedulable = """
        "status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable",\
        "message":"0/3 nodes are available"}]}
        """
    private static let established = #"{"type":"Established","status":"True"}"#

    static let kinds: [KstatusRow] = [
        row("v1", "Pod", "succeeded", #""status":{"phase":"Succeeded"}"#, .current),
        row(
            "v1",
            "Pod",
            "failed is a failure (ours)",
            #""status":{"phase":"Failed","reason":"Evicted"}"#,
            .failed,
            says: "Evicted"
        ),
        row(
            "v1",
            "Pod",
            "ready",
            #""status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}"#,
            .current
        ),
        row("v1", "Pod", "running, not ready", #""status":{"phase":"Running"}"#, .inProgress),
        row(
            "v1",
            "Pod",
            "crash loop",
            """
            "status":{"phase":"Running","containerStatuses":[{"name":"web","state":{"waiting":{"reason":\
            "CrashLoopBackOff"}}}]}
            """,
            .failed,
            says: "web"
        ),
        row("v1", "Pod", "pending", #""status":{"phase":"Pending"}"#, .inProgress),
        row(
            "v1",
            "Pod",
            "unschedulable for 14 s",
            unschedulable,
            metadata: #""creationTimestamp":"2025-12-31T23:59:46Z""#,
            .inProgress
        ),
        row(
            "v1",
            "Pod",
            "unschedulable for 15 s",
            unschedulable,
            metadata: #""creationTimestamp":"2025-12-31T23:59:45Z""#,
            .failed,
            says: "0/3 nodes"
        ),
        row("v1", "Pod", "no phase", #""status":{}"#, .inProgress),
        row(
            "batch/v1",
            "Job",
            "complete",
            #""status":{"conditions":[{"type":"Complete","status":"True"}]}"#,
            .current
        ),
        row(
            "batch/v1",
            "Job",
            "failed",
            #""status":{"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded"}]}"#,
            .failed,
            says: "BackoffLimitExceeded"
        ),
        row(
            "batch/v1",
            "Job",
            "suspended",
            #""spec":{"suspend":true},"status":{"conditions":[{"type":"Suspended","status":"True"}]}"#,
            .current
        ),
        row("batch/v1", "Job", "not started", #""spec":{}"#, .inProgress, says: "not started"),
        row(
            "batch/v1",
            "Job",
            "running is not done (ours)",
            #""spec":{"completions":3},"status":{"startTime":"2026-01-01T00:00:00Z","succeeded":1}"#,
            .inProgress,
            says: "1 of 3"
        ),
        row("v1", "PersistentVolumeClaim", "bound", #""status":{"phase":"Bound"}"#, .current),
        row("v1", "PersistentVolumeClaim", "pending", #""status":{"phase":"Pending"}"#, .inProgress, says: "Pending"),
        row("v1", "Service", "cluster IP", #""spec":{"type":"ClusterIP"}"#, .current),
        row("v1", "Service", "load balancer without IP", #""spec":{"type":"LoadBalancer"}"#, .inProgress),
        row(
            "v1",
            "Service",
            "load balancer without address (ours)",
            #""spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1"},"status":{"loadBalancer":{}}"#,
            .inProgress
        ),
        row(
            "v1",
            "Service",
            "load balancer with address",
            """
            "spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1"},\
            "status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}
            """,
            .current
        ),
        row(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "names refused",
            #""status":{"conditions":[{"type":"NamesAccepted","status":"False","reason":"Conflict"},\#(established)]}"#,
            .failed,
            says: "Conflict"
        ),
        row(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "installing",
            #""status":{"conditions":[{"type":"Established","status":"False","reason":"Installing"}]}"#,
            .inProgress
        ),
        row(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "established",
            #""status":{"conditions":[{"type":"NamesAccepted","status":"True"},\#(established)]}"#,
            .current
        ),
        row("apiextensions.k8s.io/v1", "CustomResourceDefinition", "no conditions", #""spec":{}"#, .inProgress),
        row("v1", "ConfigMap", "always", #""data":{}"#, .current),
        row("v1", "Namespace", "active", #""status":{"phase":"Active"}"#, .current),
        row("policy/v1", "PodDisruptionBudget", "observed", #""status":{"observedGeneration":2}"#, .current),
        row("policy/v1", "PodDisruptionBudget", "not observed", #""status":{"observedGeneration":1}"#, .inProgress),
    ]
}
