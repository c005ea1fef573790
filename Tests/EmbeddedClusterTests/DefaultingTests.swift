// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects
import Testing

struct DefaultingTests {
    private func stored(_ apiVersion: String, _ kind: String, _ members: String) throws -> JSON {
        let schema = try TestSchemas.builtIn(apiVersion, kind)
        let body = try JSONParser.parse(#"{"metadata":{"name":"x"}\#(members)}"#)
        return Defaulter.apply(to: try TypedDecoder.decode(body, schema: schema), schema: schema)
    }

    @Test func `a Deployment gets its strategy, history and pod defaults`() throws {
        let schema = try TestSchemas.builtIn("apps/v1", "Deployment")
        let body = try JSONParser.parse(TestSchemas.deployment())
        let spec = Defaulter.apply(to: try TypedDecoder.decode(body, schema: schema), schema: schema)["spec"]
        #expect(spec?["replicas"] == 1)
        #expect(spec?["revisionHistoryLimit"] == 10)
        #expect(spec?["progressDeadlineSeconds"] == 600)
        #expect(
            spec?["strategy"]?.text
                == #"{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"},"type":"RollingUpdate"}"#
        )
        #expect(
            spec?["template"]?["spec"]?.text
                == #"{"containers":[{"image":"nginx:1","imagePullPolicy":"IfNotPresent","name":"web","resources":{},"#
                + #""terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],"#
                + #""dnsPolicy":"ClusterFirst","restartPolicy":"Always","schedulerName":"default-scheduler","#
                + #""securityContext":{},"terminationGracePeriodSeconds":30}"#
        )
    }

    @Test(arguments: [
        ("nginx", "Always"), ("nginx:latest", "Always"), ("nginx:1", "IfNotPresent"), ("host:5000/nginx", "Always"),
        ("host:5000/nginx:1", "IfNotPresent"), ("nginx@sha256:00", "IfNotPresent"),
    ])
    func `the pull policy follows the tag`(_ image: String, _ policy: String) throws {
        let pod = try stored("v1", "Pod", #","spec":{"containers":[{"name":"c","image":"\#(image)"}]}"#)
        #expect(pod["spec"]?["containers"]?.array?.first?["imagePullPolicy"]?.string == policy)
    }

    @Test(arguments: [
        (
            #"{"ports":[{"port":80}]}"#,
            #"{"internalTrafficPolicy":"Cluster","ports":[{"port":80,"protocol":"TCP","targetPort":80}],"sessionAffinity":"None","type":"ClusterIP"}"#
        ),
        (
            #"{"type":"LoadBalancer","ports":[{"port":80,"targetPort":"http"}]}"#,
            #"{"allocateLoadBalancerNodePorts":true,"externalTrafficPolicy":"Cluster","internalTrafficPolicy":"Cluster","ports":[{"port":80,"protocol":"TCP","targetPort":"http"}],"sessionAffinity":"None","type":"LoadBalancer"}"#
        ),
        (
            #"{"type":"ExternalName","externalName":"a.b"}"#,
            #"{"externalName":"a.b","sessionAffinity":"None","type":"ExternalName"}"#
        ),
    ])
    func `each type of Service has its own defaults`(_ spec: String, _ expected: String) throws {
        #expect(try stored("v1", "Service", #","spec":\#(spec)"#)["spec"]?.text == expected)
    }

    @Test func `stringData of a Secret moves into data`() throws {
        let secret = try stored("v1", "Secret", #","stringData":{"a":"b"},"data":{"c":"ZA=="}"#)
        #expect(secret["data"]?.text == #"{"a":"Yg==","c":"ZA=="}"#)
        #expect(secret["stringData"] == nil)
        #expect(secret["type"] == "Opaque")
    }

    @Test func `probes, ports and volumes are filled in`() throws {
        let pod = try stored(
            "v1",
            "Pod",
            #","spec":{"volumes":[{"name":"s","secret":{"secretName":"x"}},{"name":"n"}],"containers":[{"name":"c","image":"i","#
                + #""ports":[{"containerPort":80}],"livenessProbe":{"httpGet":{"port":80}},"resources":{"limits":{"cpu":1}}}]}"#
        )
        let container = pod["spec"]?["containers"]?.array?.first
        #expect(container?["ports"]?.text == #"[{"containerPort":80,"protocol":"TCP"}]"#)
        #expect(
            container?["livenessProbe"]?.text
                == #"{"failureThreshold":3,"httpGet":{"path":"/","port":80,"scheme":"HTTP"},"periodSeconds":10,"#
                + #""successThreshold":1,"timeoutSeconds":1}"#
        )
        #expect(container?["resources"]?.text == #"{"limits":{"cpu":"1"},"requests":{"cpu":"1"}}"#)
        #expect(
            pod["spec"]?["volumes"]?.text
                == #"[{"name":"s","secret":{"defaultMode":420,"secretName":"x"}},{"emptyDir":{},"name":"n"}]"#
        )
    }

    @Test func `an object decoded and defaulted twice is the same`() throws {
        let schema = try TestSchemas.builtIn("apps/v1", "Deployment")
        let body = try JSONParser.parse(TestSchemas.deployment(container: #","ports":[{"containerPort":80}]"#))
        let once = Defaulter.apply(to: try TypedDecoder.decode(body, schema: schema), schema: schema)
        let twice = Defaulter.apply(to: try TypedDecoder.decode(once, schema: schema), schema: schema)
        #expect(once == twice)
    }

    @Test(arguments: [
        (
            "rbac.authorization.k8s.io/v1", "RoleBinding", #","roleRef":{"kind":"Role","name":"r"}"#,
            ["roleRef", "apiGroup"], "rbac.authorization.k8s.io"
        ),
        ("batch/v1", "CronJob", #","spec":{"schedule":"* * * * *"}"#, ["spec", "concurrencyPolicy"], "Allow"),
        ("storage.k8s.io/v1", "StorageClass", #","provisioner":"p""#, ["volumeBindingMode"], "Immediate"),
        ("v1", "PersistentVolumeClaim", #","spec":{}"#, ["spec", "volumeMode"], "Filesystem"),
        ("v1", "Namespace", "", ["metadata", "labels", "kubernetes.io/metadata.name"], "x"),
        (
            "networking.k8s.io/v1", "IngressClass", #","spec":{"parameters":{"kind":"K","name":"n"}}"#,
            ["spec", "parameters", "scope"], "Cluster"
        ),
    ])
    func `other kinds get theirs`(
        _ apiVersion: String,
        _ kind: String,
        _ members: String,
        _ path: [String],
        _ value: String
    ) throws {
        #expect(try stored(apiVersion, kind, members)[path]?.string == value)
    }
}
