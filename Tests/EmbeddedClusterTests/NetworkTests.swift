// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects
import TestKit
import Testing

@testable import ClusterControllers

@Suite(.timeLimit(.minutes(2))) struct NetworkTests {
    private static func service(_ name: String, _ spec: JSON) -> JSON {
        var full = spec
        if full["ports"] == nil, spec["externalName"] == nil { full["ports"] = [["port": 80, "targetPort": "http"]] }
        return [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name), "namespace": "shop"],
            "spec": full,
        ]
    }

    @Test func `services get addresses and ports when they are written`() async throws {
        try await RunningControllers.run { cluster in
            let plain = try cluster.client.create(NetworkTests.service("plain", ["selector": ["app": "web"]]))
            let address = try #require(plain.spec?["clusterIP"]?.string)
            #expect(address.hasPrefix("10.96."))
            #expect(plain.spec?["clusterIPs"] == [.string(address)])
            let node = try cluster.client.create(NetworkTests.service("node", ["type": "NodePort"]))
            let port = try #require(node.json.items(at: "spec", "ports").first?["nodePort"]?.int)
            #expect((30_000...32_767).contains(port))
            #expect(node.spec?["clusterIP"] != plain.spec?["clusterIP"])
            let headless = try cluster.client.create(NetworkTests.service("headless", ["clusterIP": "None"]))
            #expect(headless.spec?["clusterIPs"] == ["None"])
            let name = try cluster.client.create(
                NetworkTests.service("name", ["type": "ExternalName", "externalName": "example.com"])
            )
            #expect(name.spec?["clusterIP"] == nil)
        }
    }

    @Test func `a taken address or port is refused and free again after a deletion`() async throws {
        try await RunningControllers.run { cluster in
            let ports: JSON = [["port": 80, "nodePort": 30_080]]
            let spec: JSON = ["type": "NodePort", "clusterIP": "10.96.7.7", "ports": ports]
            try cluster.client.create(NetworkTests.service("one", spec))
            do throws(StatusError) {
                try cluster.client.create(NetworkTests.service("two", spec))
                Issue.record("the second service was accepted")
            } catch {
                #expect(error.code == 422)
                #expect(error.message.contains("failed to allocate IP 10.96.7.7: provided IP is already allocated"))
                #expect(
                    error.message.contains("spec.ports[0].nodePort: Invalid value: 30080: provided port is already")
                )
            }
            try cluster.client.delete(ControllerResource.services.key("shop", "one"))
            try await eventually("both are free") {
                do throws(StatusError) {
                    try cluster.client.create(NetworkTests.service("two", spec))
                    return true
                } catch {
                    #expect(error.message.contains("provided IP is already allocated"))
                    return false
                }
            }
        }
    }

    @Test func `an update that names no address keeps it`() async throws {
        try await RunningControllers.run { cluster in
            let before = try cluster.client.create(NetworkTests.service("web", ["type": "NodePort"]))
            let after = try cluster.client.mutate(ControllerResource.services.key("shop", "web")) { object in
                object["spec"] = [
                    "type": "NodePort", "selector": ["app": "x"], "ports": [["port": 80, "targetPort": "http"]],
                ]
            }
            #expect(after?.spec?["clusterIP"] == before.spec?["clusterIP"])
            #expect(after?.spec?["ports"] == before.spec?["ports"])
        }
    }

    @Test func `a load balancer and an ingress of class nginx get addresses`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.client.create(NetworkTests.service("web", ["type": "LoadBalancer"]))
            try await cluster.eventually(.services, "web", "balanced") {
                $0.items(at: "status", "loadBalancer", "ingress").first?["ip"]?.string != nil
            }
            for (name, className) in [("served", "nginx"), ("foreign", "other")] {
                try cluster.client.create([
                    "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                    "metadata": ["name": .string(name), "namespace": "shop"],
                    "spec": [
                        "ingressClassName": .string(className),
                        "defaultBackend": ["service": ["name": "web", "port": ["number": 80]]],
                    ],
                ])
            }
            try await cluster.eventually(.ingresses, "served", "addressed") {
                $0.items(at: "status", "loadBalancer", "ingress").first?["ip"] == "203.0.113.1"
            }
            let foreign = cluster.object(.ingresses, "foreign")
            #expect(foreign?.json.items(at: "status", "loadBalancer", "ingress").isEmpty == true)
        }
    }

    @Test func `endpoints follow the pods that are ready`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.client.create(
                NetworkTests.service("web", ["selector": ["app": "web"], "ports": [["port": 80, "targetPort": 8080]]])
            )
            try cluster.createDeployment(replicas: 3)
            func addresses() -> Int {
                let subsets = cluster.object(.endpoints, "web")?.json.items(at: "subsets") ?? []
                return subsets.flatMap { $0.items(at: "addresses") }.count
            }
            try await eventually("three addresses") { addresses() == 3 }
            let slice = try #require(
                cluster.client.list(ControllerResource.endpointSlices.groupResource, namespace: "shop").first
            )
            #expect(slice.label("kubernetes.io/service-name") == "web")
            #expect(slice.json.items(at: "ports").first?["port"] == 8080)
            try cluster.client.mutate(ControllerResource.deployments.key("shop", "web")) {
                $0[["spec", "replicas"]] = 1
            }
            try await eventually("one address") { addresses() == 1 }
        }
    }

    @Test func `a claim is bound to a volume of its class, which goes with it`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.client.create([
                "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                "metadata": ["name": "data", "namespace": "shop"],
                "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
            ])
            let bound = try await cluster.eventually(.claims, "data", "bound") {
                $0.string(at: "status", "phase") == "Bound"
            }
            #expect(bound.spec?["storageClassName"] == "standard")
            let volume = ControllerResource.volumes.key("", bound.spec?["volumeName"]?.string ?? "")
            #expect(cluster.client.object(volume)?.status?["phase"] == "Bound")
            try cluster.client.delete(ControllerResource.claims.key("shop", "data"))
            try await eventually("the volume is gone") { cluster.client.object(volume) == nil }
        }
    }

    @Test func `a disruption budget counts the pods that may go`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.client.create([
                "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
                "metadata": ["name": "web", "namespace": "shop"],
                "spec": ["maxUnavailable": 1, "selector": ["matchLabels": ["app": "web"]]],
            ])
            try cluster.createDeployment(replicas: 3)
            let budget = try await cluster.eventually(.disruptionBudgets, "web", "one may go") {
                $0.int(at: "status", "disruptionsAllowed") == 1
            }
            #expect(budget.status?["expectedPods"] == 3)
            #expect(budget.status?["desiredHealthy"] == 2)
            #expect(budget.json.hasCondition("DisruptionAllowed"))
        }
    }
}
