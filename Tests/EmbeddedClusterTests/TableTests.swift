// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import EmbeddedCluster
import KubeObjects
import Testing

/// The expected cells are those of kube-apiserver 1.36 for the same objects.
@Suite struct TableTests {
    private static let now = "2026-01-02T00:01:00Z"

    /// An object of a kind that was created a minute ago, with more members as JSON text.
    private static func object(_ apiVersion: String, _ kind: String, _ rest: String) throws -> JSON {
        var json = try JSONParser.parse(rest)
        json["apiVersion"] = .string(apiVersion)
        json["kind"] = .string(kind)
        json[["metadata", "name"]] = "x"
        json[["metadata", "creationTimestamp"]] = "2026-01-02T00:00:00Z"
        return json
    }

    private func cells(of object: JSON, printerColumns: [JSON]? = nil) throws -> [String] {
        let gvk = GroupVersionKind(
            apiVersion: try #require(object["apiVersion"]?.string),
            kind: try #require(object["kind"]?.string)
        )
        let renderer = TableRenderer(
            gvk.groupKind,
            printerColumns: printerColumns,
            now: try #require(ClusterTime(TableTests.now))
        )
        let table = renderer.table(of: [object], metadata: ["resourceVersion": "7"])
        let cells = try #require(table["rows"]?.array?.first?["cells"]?.array)
        #expect(cells.count == table["columnDefinitions"]?.array?.count)
        return cells.map { $0.string ?? $0.text }
    }

    @Test(
        arguments: [
            (
                "apps/v1", "Deployment",
                #"""
                {"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"},"matchExpressions":[
                 {"key":"tier","operator":"In","values":["b","a"]},{"key":"old","operator":"DoesNotExist"}]},
                 "template":{"spec":{"containers":[{"name":"c","image":"nginx:1"},{"name":"d","image":"busybox"}]}}},
                 "status":{"updatedReplicas":2,"readyReplicas":1}}
                """#,
                ["x", "1/2", "2", "0", "60s", "c,d", "nginx:1,busybox", "app=web,!old,tier in (a,b)"]
            ),
            (
                "apps/v1", "DaemonSet",
                #"""
                {"spec":{"selector":{"matchLabels":{"app":"a"}},"template":{"spec":{
                 "nodeSelector":{"disk":"ssd","zone":"a"},"containers":[{"name":"c","image":"i"}]}}},
                 "status":{"desiredNumberScheduled":1}}
                """#,
                ["x", "1", "0", "0", "0", "0", "disk=ssd,zone=a", "60s", "c", "i", "app=a"]
            ),
            (
                "batch/v1", "Job",
                #"""
                {"spec":{"parallelism":3,"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}},
                 "status":{"startTime":"2026-01-02T00:00:30Z"}}
                """#,
                ["x", "Running", "0/1 of 3", "30s", "60s", "c", "i", "<none>"]
            ),
            (
                "batch/v1", "CronJob",
                #"{"spec":{"schedule":"0 3 * * *","suspend":true,"jobTemplate":{"spec":{"template":{"spec":{}}}}}}"#,
                ["x", "0 3 * * *", "<none>", "True", "0", "<none>", "60s", "", "", "<none>"]
            ),
            (
                "v1", "Service",
                #"""
                {"spec":{"type":"NodePort","clusterIPs":["10.0.0.1"],"externalIPs":["1.2.3.4"],"selector":{"a":"b"},
                 "ports":[{"port":80,"nodePort":30080,"protocol":"TCP"},{"port":53,"protocol":"UDP"}]}}
                """#,
                ["x", "NodePort", "10.0.0.1", "1.2.3.4", "80:30080/TCP,53/UDP", "60s", "a=b"]
            ),
            (
                "v1", "Service",
                #"""
                {"spec":{"type":"LoadBalancer","clusterIPs":["10.0.0.1"]},"status":{"loadBalancer":{"ingress":[
                 {"ip":"1.1.1.9"},{"hostname":"b.example.com"},{"ip":"1.1.1.10"}]}}}
                """#,
                ["x", "LoadBalancer", "10.0.0.1", "1.1.1.10,1.1.1.9,b.example.com", "<none>", "60s", "<none>"]
            ),
            (
                "networking.k8s.io/v1", "Ingress",
                #"""
                {"spec":{"ingressClassName":"nginx","tls":[{}],
                 "rules":[{"host":"a"},{"host":"b"},{"host":"c"},{"host":"d"},{"host":"e"}]}}
                """#,
                ["x", "nginx", "a,b,c + 2 more...", "", "80, 443", "60s"]
            ),
            (
                "autoscaling/v2", "HorizontalPodAutoscaler",
                #"""
                {"spec":{"minReplicas":1,"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"web"},"metrics":[
                 {"type":"Resource","resource":{"name":"cpu","target":{"averageUtilization":80}}},
                 {"type":"Resource","resource":{"name":"memory","target":{"averageValue":"100Mi"}}},
                 {"type":"External","external":{"target":{"averageValue":"30"}}}]}}
                """#,
                [
                    "x", "Deployment/web", "cpu: <unknown>/80%, memory: <unknown>/100Mi + 1 more...", "1", "3", "0",
                    "60s",
                ]
            ),
            (
                "v1", "Event",
                #"""
                {"involvedObject":{"kind":"Pod","name":"p","fieldPath":"spec.containers{c}"},"type":"Warning",
                 "reason":"BackOff","message":" Back-off \n","count":3,"source":{"component":"kubelet","host":"n"},
                 "firstTimestamp":"2026-01-02T00:00:10Z","lastTimestamp":"2026-01-02T00:00:50Z"}
                """#,
                [
                    "10s", "Warning", "BackOff", "pod/p", "spec.containers{c}", "kubelet, n", "Back-off", "50s", "3",
                    "x",
                ]
            ),
            (
                "v1", "ResourceQuota",
                #"{"status":{"hard":{"limits.cpu":"10","pods":"1k"},"used":{"limits.cpu":"0","pods":"5"}}}"#,
                ["x", "pods: 5/1k", "limits.cpu: 0/10", "60s"]
            ),
            (
                "v1", "PersistentVolumeClaim",
                #"""
                {"spec":{"volumeName":"pv","storageClassName":"slow","volumeMode":"Filesystem"},
                 "status":{"phase":"Bound","capacity":{"storage":"1Gi"},"accessModes":["ReadOnlyMany","ReadWriteOnce"]}}
                """#,
                ["x", "Bound", "pv", "1Gi", "RWO,ROX", "slow", "<unset>", "60s", "Filesystem"]
            ),
            ("rbac.authorization.k8s.io/v1", "Role", "{}", ["x", "2026-01-02T00:00:00Z"]),
        ] as [(String, String, String, [String])]
    )
    func `built-in kinds show the columns of the real server`(
        apiVersion: String,
        kind: String,
        rest: String,
        expected: [String]
    ) throws {
        #expect(try cells(of: TableTests.object(apiVersion, kind, rest)) == expected)
    }

    @Test(
        arguments: [
            (#"{"phase":"Pending"}"#, "", "0/2", "Pending", "0"),
            (#"{"phase":"Failed","reason":"Evicted"}"#, "", "0/2", "Evicted", "0"),
            (
                #"""
                {"phase":"Running","containerStatuses":[{"name":"c","ready":true,"state":{"running":{}}},
                 {"name":"d","restartCount":4,"state":{"waiting":{"reason":"CrashLoopBackOff"}},
                  "lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-01-02T00:00:40Z"}}}]}
                """#, "", "1/2", "CrashLoopBackOff", "4 (20s ago)"
            ),
            (
                #"""
                {"phase":"Running","containerStatuses":[{"name":"c","ready":true,"state":{"running":{}}},
                 {"name":"d","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}],
                 "conditions":[{"type":"Ready","status":"False"}]}
                """#, "", "1/2", "NotReady", "0"
            ),
            (
                #"{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"running":{}}}]}"#, "", "0/2",
                "Init:0/1", "0"
            ),
            (
                #"{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":3}}}]}"#,
                "",
                "0/2", "Init:ExitCode:3", "0"
            ),
            (#"{"phase":"Running"}"#, "2026-01-02T00:00:59Z", "0/2", "Terminating", "0"),
        ]
    )
    func `a pod's status column tells what keeps it from running`(
        status: String,
        deletion: String,
        ready: String,
        reason: String,
        restarts: String
    ) throws {
        let spec = #""spec":{"initContainers":[{"name":"i"}],"containers":[{"name":"c"},{"name":"d"}]}"#
        var pod = try TableTests.object("v1", "Pod", "{\(spec),\"status\":\(status)}")
        if !deletion.isEmpty { pod[["metadata", "deletionTimestamp"]] = .string(deletion) }
        #expect(
            try cells(of: pod)
                == ["x", ready, reason, restarts, "60s", "<none>", "<none>", "<none>", "<none>"]
        )
    }

    @Test func `a custom resource shows its definition's printer columns`() throws {
        let columns = try #require(
            try JSONParser.parse(
                #"""
                [{"name":"N","type":"integer","jsonPath":".spec.n"},{"name":"Arr","type":"string","jsonPath":".spec.arr"},
                 {"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"},
                 {"name":"D","type":"date","jsonPath":".spec.d"},{"name":"B","type":"boolean","jsonPath":".spec.n"},
                 {"name":"F","type":"number","jsonPath":".spec.f"},{"name":"S","type":"string","jsonPath":".spec.n"},
                 {"name":"L","type":"string","jsonPath":".metadata.annotations.a\\.b/c"},
                 {"name":"I","type":"string","jsonPath":".spec.arr[1].k"},
                 {"name":"Bad","type":"string","jsonPath":".spec..n"}]
                """#
            ).array
        )
        let object = try TableTests.object(
            "example.com/v1",
            "Widget",
            #"""
            {"metadata":{"annotations":{"a.b/c":"hello"}},"spec":{"n":3,"arr":[1,{"k":"v"}],"d":"2026-01-01T00:01:00Z",
             "f":1.5},"status":{"conditions":[{"type":"X","status":"False"},{"type":"Ready","status":"True"}]}}
            """#
        )
        #expect(
            try cells(of: object, printerColumns: columns)
                == ["x", "3", #"[1,{"k":"v"}]"#, "True", "24h", "null", "1.5", "3", "hello", "v", "null"]
        )
        #expect(try cells(of: object, printerColumns: []) == ["x", "60s"])
    }

    @Test func `a table carries as much of the object as was asked for`() throws {
        let object = try TableTests.object("v1", "ConfigMap", #"{"data":{"a":"b"}}"#)
        func included(_ choice: TableRenderer.IncludedObject) throws -> JSON? {
            let now = try #require(ClusterTime(TableTests.now))
            let renderer = TableRenderer(GroupKind(group: "", kind: "ConfigMap"), included: choice, now: now)
            let table = renderer.table(of: [object], metadata: [:], hasColumns: false)
            #expect(table["columnDefinitions"] == .null)
            return table["rows"]?.array?.first?["object"]
        }
        #expect(try included(.none) == .null)
        #expect(try included(.object) == object)
        let metadata = try included(.metadata)
        #expect(metadata?["kind"] == "PartialObjectMetadata")
        #expect(metadata?["metadata"] == object["metadata"])
        #expect(metadata?["data"] == nil)
    }
}
