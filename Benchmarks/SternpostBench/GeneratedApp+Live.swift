// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit

/// The same objects as a kube-apiserver 1.28 or newer lists them after an apply: its defaults, status and managedFields.
extension GeneratedApp {
    /// The four live objects as JSON texts, in the order of the manifest.
    func live(applySet: String) -> [String] {
        [deployment(applySet), serviceAccount(applySet), service(applySet), ingress(applySet)]
    }

    /// `metadata` but for its opening brace's first members; `fields` is our managedFields entry beside the label.
    private func metadata(
        _ applySet: String,
        place: Int,
        apiVersion: String,
        labels: String = "",
        fields: String = "",
        labelFields: String = "",
        entries: String = ""
    ) -> String {
        let number = index * 4 + place + 1
        let digits = String(number, radix: 16)
        let uid = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        return #"""
            "metadata":{"creationTimestamp":"2026-11-23T16:38:40Z",\#
            "labels":{\#(labels)"applyset.kubernetes.io/part-of":"\#(applySet)"},"managedFields":[{\#
            "apiVersion":"\#(apiVersion)","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{\#
            \#(labelFields)"f:applyset.kubernetes.io/part-of":{}}}\#(fields)},"manager":"sternpost",\#
            "operation":"Apply","time":"2026-11-23T16:38:40Z"}\#(entries)],"name":"\#(name)","namespace":"bench",\#
            "resourceVersion":"\#(1000 + number)","uid":"\#(uid)"}
            """#
    }

    private func deployment(_ applySet: String) -> String {
        let metadata = metadata(
            applySet,
            place: 0,
            apiVersion: "apps/v1",
            labels: #""app":"\#(name)","#,
            fields: #"""
                ,"f:spec":{"f:replicas":{},"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},\#
                "f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:env":{"k:{\"name\":\"MODE\"}":{".":{},\#
                "f:name":{},"f:value":{}}},"f:image":{},"f:name":{},"f:ports":{\#
                "k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}},"f:resources":{\#
                "f:limits":{"f:memory":{}},"f:requests":{"f:cpu":{},"f:memory":{}}}}},"f:serviceAccountName":{}}}}
                """#,
            labelFields: #""f:app":{},"#,
            entries: "," + deploymentControllerEntry
        )
        return #"""
            {"apiVersion":"apps/v1","kind":"Deployment",\#(metadata),"spec":{"progressDeadlineSeconds":600,\#
            "replicas":0,"revisionHistoryLimit":10,"selector":{"matchLabels":{"app":"\#(name)"}},"strategy":{\#
            "rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"},"type":"RollingUpdate"},"template":{\#
            "metadata":{"labels":{"app":"\#(name)"}},"spec":{"containers":[{"env":[{"name":"MODE",\#
            "value":"production"}],"image":"registry.example.com/\#(name):1.0","imagePullPolicy":"IfNotPresent",\#
            "name":"web","ports":[{"containerPort":8080,"protocol":"TCP"}],"resources":{"limits":{\#
            "memory":"128Mi"},"requests":{"cpu":"50m","memory":"64Mi"}},\#
            "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],\#
            "dnsPolicy":"ClusterFirst","restartPolicy":"Always","schedulerName":"default-scheduler",\#
            "securityContext":{},"serviceAccount":"\#(name)","serviceAccountName":"\#(name)",\#
            "terminationGracePeriodSeconds":30}}},"status":{"conditions":[\#
            {"lastTransitionTime":"2026-11-23T16:38:40Z","lastUpdateTime":"2026-11-23T16:38:40Z",\#
            "message":"Deployment has minimum availability.","reason":"MinimumReplicasAvailable","status":"True",\#
            "type":"Available"},{"lastTransitionTime":"2026-11-23T16:38:40Z",\#
            "lastUpdateTime":"2026-11-23T16:38:40Z",\#
            "message":"ReplicaSet \"\#(name)-7c7fc7d4fb\" has successfully progressed.",\#
            "reason":"NewReplicaSetAvailable","status":"True","type":"Progressing"}],"observedGeneration":1}}
            """#
    }

    private var deploymentControllerEntry: String {
        let condition =
            #"".":{},"f:lastTransitionTime":{},"f:lastUpdateTime":{},"f:message":{},"f:reason":{},"#
            + #""f:status":{},"f:type":{}"#
        return #"""
            {"apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{".":{},\#
            "f:deployment.kubernetes.io/revision":{}}},"f:status":{"f:conditions":{".":{},\#
            "k:{\"type\":\"Available\"}":{\#(condition)},"k:{\"type\":\"Progressing\"}":{\#(condition)}},\#
            "f:observedGeneration":{}}},"manager":"kube-controller-manager","operation":"Update",\#
            "subresource":"status","time":"2026-11-23T16:38:40Z"}
            """#
    }

    private func serviceAccount(_ applySet: String) -> String {
        #"{"apiVersion":"v1","kind":"ServiceAccount",\#(metadata(applySet, place: 1, apiVersion: "v1"))}"#
    }

    private func service(_ applySet: String) -> String {
        let metadata = metadata(
            applySet,
            place: 2,
            apiVersion: "v1",
            fields: #"""
                ,"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{},\#
                "f:targetPort":{}}},"f:selector":{}}
                """#
        )
        return #"""
            {"apiVersion":"v1","kind":"Service",\#(metadata),"spec":{\#
            "clusterIP":"10.96.\#(index / 256).\#(index % 256)",\#
            "clusterIPs":["10.96.\#(index / 256).\#(index % 256)"],"internalTrafficPolicy":"Cluster",\#
            "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","ports":[{"port":80,"protocol":"TCP",\#
            "targetPort":8080}],"selector":{"app":"\#(name)"},"sessionAffinity":"None","type":"ClusterIP"},\#
            "status":{"loadBalancer":{}}}
            """#
    }

    private func ingress(_ applySet: String) -> String {
        let apiVersion = "networking.k8s.io/v1"
        let metadata = metadata(applySet, place: 3, apiVersion: apiVersion, fields: #","f:spec":{"f:rules":{}}"#)
        return #"""
            {"apiVersion":"\#(apiVersion)","kind":"Ingress",\#(metadata),"spec":{"rules":[{\#
            "host":"\#(name).example.com","http":{"paths":[{"backend":{"service":{"name":"\#(name)",\#
            "port":{"number":80}}},"path":"/","pathType":"Prefix"}]}}]},"status":{"loadBalancer":{}}}
            """#
    }
}
