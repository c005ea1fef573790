// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects
import PlainText
import Testing

struct KindSchemaTests {
    /// Keys of types that no table declares, found below a node.
    private func missing(in node: SchemaNode) -> [String] {
        switch node {
        case .reference(let key): BuiltInTypes.shared[key] == nil ? [key] : []
        case .granular(let inner), .map(let inner, _): missing(in: inner)
        case .list(let list): missing(in: list.item)
        default: []
        }
    }

    @Test func `every type that a table names is declared`() {
        #expect(BuiltInTypes.shared.keys.count > 300)
        for key in BuiltInTypes.shared.keys {
            for (name, field) in BuiltInTypes.shared[key]?.fields ?? [:] {
                #expect(field.node != .untyped, "\(key).\(name)")
                #expect(missing(in: field.node).isEmpty, "\(key).\(name)")
            }
        }
    }

    @Test(arguments: [
        "v1 Pod", "v1 Service", "v1 ConfigMap", "v1 Secret", "v1 Namespace", "v1 PersistentVolumeClaim", "v1 Event",
        "apps/v1 Deployment", "apps/v1 StatefulSet", "apps/v1 DaemonSet", "batch/v1 Job", "batch/v1 CronJob",
        "networking.k8s.io/v1 Ingress", "rbac.authorization.k8s.io/v1 ClusterRole", "policy/v1 PodDisruptionBudget",
        "autoscaling/v2 HorizontalPodAutoscaler", "autoscaling/v1 HorizontalPodAutoscaler",
        "storage.k8s.io/v1 StorageClass", "coordination.k8s.io/v1 Lease", "discovery.k8s.io/v1 EndpointSlice",
        "apiextensions.k8s.io/v1 CustomResourceDefinition", "apiregistration.k8s.io/v1 APIService",
        "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration", "events.k8s.io/v1 Event",
    ])
    func `the kinds that people keep in git are built in`(_ kind: String) throws {
        let parts = kind.split(separator: " ").map(String.init)
        let schema = try TestSchemas.builtIn(parts[0], parts[1])
        #expect(schema.root.structure?.fields["metadata"] != nil)
    }

    @Test func `lists carry the keys of server-side apply and of strategic patches`() throws {
        let container = try #require(BuiltInTypes.shared["core/v1.Container"])
        guard case .list(let ports)? = container.fields["ports"]?.node else {
            Issue.record("ports is no list")
            return
        }
        #expect(ports.kind == .map(keys: ["containerPort", "protocol"]))
        #expect(ports.patchMergeKey == "containerPort")
        guard case .list(let env)? = container.fields["env"]?.node else {
            Issue.record("env is no list")
            return
        }
        #expect(env.kind == .map(keys: ["name"]))
        #expect(BuiltInTypes.shared["meta/v1.LabelSelector"]?.isAtomic == true)
        #expect(BuiltInTypes.shared["apps/v1.DeploymentSpec"]?.fields["strategy"]?.retainsKeys == true)
    }

    @Test(arguments: [
        ("1000m", "1"), ("0.5", "500m"), ("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"), ("1500m", "1500m"), ("0", "0"),
        ("1e3", "1e3"), ("1000", "1k"), ("1024", "1024"), ("0.5Gi", "512Mi"), ("1.1Gi", "1181116006400m"), ("-5", "-5"),
        ("100k", "100k"), ("0.1", "100m"), ("512Ki", "512Ki"), ("1Ei", "1Ei"), ("+2", "2"), ("1n", "1n"),
        ("0.0000000001", "1n"),
    ])
    func `amounts print in one canonical form`(_ text: String, _ canonical: String) throws {
        #expect(try Quantity(text).canonical == canonical)
    }

    @Test(arguments: [
        "", "abc", "1.2.3", "1Kib", "1 Gi", "--1", "1e-9223372036854775808", "1e9223372036854775807", "1e100", "1e--1",
    ])
    func `what is no amount is refused`(_ text: String) {
        #expect(throws: Quantity.Problem.self) { try Quantity(text) }
    }

    @Test(arguments: [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"), ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"),
        ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59Z"), ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
    ])
    func `times are kept in UTC`(_ text: String, _ canonical: String) {
        #expect(RFC3339Time(text)?.text(fractionDigits: 0) == canonical)
    }

    @Test(arguments: ["2026-02-29T00:00:00Z", "2026-01-01", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00"])
    func `what is no time is refused`(_ text: String) {
        #expect(RFC3339Time(text) == nil)
    }
}
