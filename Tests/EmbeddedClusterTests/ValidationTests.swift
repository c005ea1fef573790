// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import KubeObjects
import Testing

/// Findings with the words of kube-apiserver 1.36.
struct ValidationTests {
    private func stored(_ apiVersion: String, _ kind: String, _ text: String) throws -> (JSON, KindSchema) {
        let schema = try TestSchemas.builtIn(apiVersion, kind)
        let body = try JSONParser.parse(text)
        return (Defaulter.apply(to: try TypedDecoder.decode(body, schema: schema), schema: schema), schema)
    }

    private func findings(_ apiVersion: String, _ kind: String, _ members: String) throws -> [String] {
        let (object, schema) = try stored(apiVersion, kind, #"{"metadata":{"name":"x"}\#(members)}"#)
        return ObjectValidator.validateCreate(object, schema: schema).map(\.description)
    }

    private func changes(_ apiVersion: String, _ kind: String, _ old: String, _ new: String) throws -> [FieldError] {
        let (before, schema) = try stored(apiVersion, kind, #"{"metadata":{"name":"x"}\#(old)}"#)
        let (after, _) = try stored(apiVersion, kind, #"{"metadata":{"name":"x"}\#(new)}"#)
        return ObjectValidator.validateUpdate(old: before, new: after, schema: schema)
    }

    @Test(arguments: [
        ("", "", "", []),
        (
            "", "", #","ports":[{"containerPort":0}]"#,
            ["spec.template.spec.containers[0].ports[0].containerPort: Required value"]
        ),
        (
            "", "", #","ports":[{"containerPort":80,"name":"a"},{"containerPort":81,"name":"a"}]"#,
            [#"spec.template.spec.containers[0].ports[1].name: Duplicate value: "a""#]
        ),
        (#","replicas":-1"#, "", "", ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"]),
        (
            "", #","restartPolicy":"Never""#, "",
            [#"spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always""#]
        ),
        (
            "", "", #","resources":{"limits":{"cpu":"1"},"requests":{"cpu":"2"}}"#,
            [
                #"spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1"#
            ]
        ),
        (
            "", "", #","volumeMounts":[{"name":"n","mountPath":"/a"}]"#,
            [#"spec.template.spec.containers[0].volumeMounts[0].name: Not found: "n""#]
        ),
        (
            "", "", #","env":[{"name":"a=b","value":"x"}]"#,
            [
                #"spec.template.spec.containers[0].env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='"#
            ]
        ),
        (
            #","strategy":{"type":"Recreate","rollingUpdate":{}}"#, "", "",
            ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"]
        ),
    ])
    func `a Deployment is checked as on a real server`(
        _ spec: String,
        _ pod: String,
        _ container: String,
        _ expected: [String]
    ) throws {
        let text = TestSchemas.deployment(spec: spec, pod: pod, container: container)
        let (object, schema) = try stored("apps/v1", "Deployment", text)
        #expect(ObjectValidator.validateCreate(object, schema: schema).map(\.description) == expected)
    }

    @Test func `the selector must match the template`() throws {
        #expect(
            try findings(
                "apps/v1",
                "Deployment",
                #","spec":{"selector":{"matchLabels":{"app":"b"}},"template":{"metadata":{"labels":{"app":"a"}},"#
                    + #""spec":{"containers":[{"name":"c","image":"i"}]}}}"#
            ) == [
                #"spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`"#
            ]
        )
    }

    @Test(arguments: [("data", []), ("n", [#"spec.template.spec.containers[0].volumeMounts[0].name: Not found: "n""#])])
    func `a StatefulSet mounts the claims of its templates`(_ volume: String, _ expected: [String]) throws {
        let members = """
            ,"spec":{"serviceName":"s","selector":{"matchLabels":{"app":"a"}},
            "volumeClaimTemplates":[{"metadata":{"name":"data"},
            "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}],
            "template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[
            {"name":"c","image":"i","volumeMounts":[{"name":"\(volume)","mountPath":"/d"}]}]}}}
            """
        #expect(try findings("apps/v1", "StatefulSet", members) == expected)
    }

    @Test(arguments: [
        ("v1", "Service", #","spec":{"selector":{"a":"b"}}"#, ["spec.ports: Required value"]),
        ("v1", "Service", #","spec":{"type":"ExternalName"}"#, ["spec.externalName: Required value"]),
        (
            "v1", "Service", #","spec":{"ports":[{"port":80,"nodePort":30000}]}"#,
            ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]
        ),
        (
            "v1", "Secret", #","type":"kubernetes.io/tls""#,
            ["data[tls.crt]: Required value", "data[tls.key]: Required value"]
        ),
        (
            "networking.k8s.io/v1", "Ingress", #","spec":{}"#,
            ["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"]
        ),
        (
            "v1", "PersistentVolumeClaim", #","spec":{}"#,
            [
                "spec.accessModes: Required value: at least 1 access mode is required",
                "spec.resources[storage]: Required value",
            ]
        ),
        (
            "rbac.authorization.k8s.io/v1", "Role", #","rules":[{"apiGroups":[""],"resources":["pods"]}]"#,
            ["rules[0].verbs: Required value: verbs must contain at least one value"]
        ),
        (
            "batch/v1", "Job", #","spec":{"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}"#,
            [#"spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never""#]
        ),
        ("storage.k8s.io/v1", "StorageClass", "", ["provisioner: Required value"]),
    ])
    func `other kinds are checked as on a real server`(
        _ apiVersion: String,
        _ kind: String,
        _ members: String,
        _ expected: [String]
    ) throws {
        #expect(try findings(apiVersion, kind, members) == expected)
    }

    @Test(arguments: [
        (
            "rbac.authorization.k8s.io/v1", "RoleBinding", #","roleRef":{"kind":"Role","name":"a"}"#,
            #","roleRef":{"kind":"Role","name":"b"}"#,
            #"roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"b"}: cannot change roleRef"#
        ),
        (
            "v1", "Secret", #","immutable":true,"data":{"a":"YQ=="}"#, #","immutable":true,"data":{"a":"Yg=="}"#,
            "data: Forbidden: field is immutable when `immutable` is set"
        ),
        (
            "v1", "ConfigMap", #","immutable":true"#, "",
            "immutable: Forbidden: field is immutable when `immutable` is set"
        ),
        (
            "v1", "Service", #","spec":{"clusterIP":"10.0.0.1","ports":[{"port":80}]}"#,
            #","spec":{"clusterIP":"10.0.0.2","ports":[{"port":80}]}"#,
            #"spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set"#
        ),
        (
            "v1", "PersistentVolumeClaim",
            #","spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}"#,
            #","spec":{"accessModes":["ReadWriteMany"],"resources":{"requests":{"storage":"1Gi"}}}"#,
            "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
        ),
        (
            "storage.k8s.io/v1", "StorageClass", #","provisioner":"a""#, #","provisioner":"b""#,
            #"provisioner: Invalid value: "b": field is immutable"#
        ),
        (
            "scheduling.k8s.io/v1", "PriorityClass", #","value":1"#, #","value":2"#,
            "value: Forbidden: may not be changed in an update."
        ),
    ])
    func `immutable fields are refused with their own words`(
        _ apiVersion: String,
        _ kind: String,
        _ old: String,
        _ new: String,
        _ expected: String
    ) throws {
        #expect(try changes(apiVersion, kind, old, new).map(\.description) == [expected])
    }

    private func workload(_ label: String, more: String = "") -> String {
        #","spec":{"selector":{"matchLabels":{"a":"\#(label)"}},"template":{"metadata":{"labels":{"a":"\#(label)"}},"#
            + #""spec":{"containers":[{"name":"c","image":"i"}]}}\#(more)}"#
    }

    @Test(arguments: ["Deployment", "DaemonSet", "ReplicaSet"])
    func `the selector of a workload cannot change`(_ kind: String) throws {
        let errors = try changes("apps/v1", kind, workload("b"), workload("c"))
        #expect(errors.map(\.field) == ["spec.selector"])
        #expect(errors.first?.reason == .invalid)
        #expect(errors.first?.message == #"Invalid value: {"matchLabels":{"a":"c"}}: field is immutable"#)
    }

    @Test func `a StatefulSet may change its replicas but not its service`() throws {
        let old = workload("b", more: #","serviceName":"s""#)
        #expect(
            try changes("apps/v1", "StatefulSet", old, workload("b", more: #","serviceName":"s","replicas":3"#)).isEmpty
        )
        let errors = try changes("apps/v1", "StatefulSet", old, workload("b", more: #","serviceName":"t""#))
        #expect(errors.map(\.reason) == [.forbidden])
        #expect(errors.first?.message.contains("updates to statefulset spec for fields other than 'replicas'") == true)
    }

    @Test func `the Status text lists one finding bare and several in brackets`() {
        let kind = GroupKind(group: "apps", kind: "Deployment")
        let one = FieldError("spec.a", .required)
        let two = FieldError("spec.b", .invalid, value: 1, detail: "is bad")
        #expect(
            RequestRefusal.invalid(kind, name: "x", [one]).message
                == #"Deployment.apps "x" is invalid: spec.a: Required value"#
        )
        #expect(
            RequestRefusal.invalid(kind, name: "x", [one, two]).message
                == #"Deployment.apps "x" is invalid: [spec.a: Required value, spec.b: Invalid value: 1: is bad]"#
        )
    }
}
