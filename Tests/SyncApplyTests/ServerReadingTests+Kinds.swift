// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import Testing

/// Kinds in which the server fills in more: lists that are replaced as a whole, templates, and what null stands for.
extension ServerReadingTests {
    /// An object, and what somebody makes of what the server has filled in there.
    private struct Filled: Sendable {
        /// As kubectl and the API name it: `statefulsets/store`.
        let path: String
        let manifest: String
        /// A JSON patch; nil where the server lets nobody change that.
        var patch: String?

        var name: String { String(path.drop { $0 != "/" }.dropFirst()) }
    }

    private static let workloads = [
        Filled(
            path: "statefulsets/store",
            manifest: """
                {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"store"},
                 "spec":{"replicas":0,"serviceName":"store","updateStrategy":{},
                 "selector":{"matchLabels":{"app":"store"}},"template":{"metadata":{"labels":{"app":"store"}},
                 "spec":{"containers":[{"name":"store","image":"i:1"}]}},
                 "volumeClaimTemplates":[{"metadata":{"name":"disk"},"spec":{"accessModes":["ReadWriteOnce"],
                 "storageClassName":null,"resources":{"requests":{"storage":"1024Mi"}}}}]}}
                """
        ),
        Filled(
            path: "jobs/migrate",
            manifest: """
                {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"migrate"},"spec":{"suspend":true,
                 "podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]},
                 {"action":"FailJob","onExitCodes":{"operator":"In","values":[3,42]}}]},
                 "template":{"metadata":{},"spec":{"restartPolicy":"Never",
                 "containers":[{"name":"migrate","image":"i:1","resources":{}}]}}}}
                """
        ),
        Filled(
            path: "deployments/agent",
            manifest: """
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"agent"},
                 "spec":{"replicas":0,"minReadySeconds":null,"selector":{"matchLabels":{"app":"agent"}},
                 "template":{"metadata":{"labels":{"app":"agent"},"annotations":null},"spec":{
                 "nodeSelector":null,"affinity":null,"tolerations":[{"key":"example.com/dedicated","operator":"Exists"},
                 {"effect":"NoSchedule","key":"spare","value":null}],
                 "containers":[{"name":"agent","image":"i:1","command":null,"env":[{"name":"EMPTY","value":null}],
                 "ports":[{"containerPort":80,"hostPort":null}],"resources":{"limits":{"cpu":null,"memory":"1024Mi"}}}],
                 "volumes":[{"name":"token","projected":{"sources":[{"serviceAccountToken":{"path":"token"}},
                 {"downwardAPI":{"items":[{"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}}]}}]}},
                 {"name":"info","downwardAPI":{"items":[{"path":"name","fieldRef":{"fieldPath":"metadata.name"}}]}}]}}}}
                """,
            patch: """
                [{"op":"add","path":"/spec/template/spec/tolerations/-","value":{"operator":"Exists"}},
                 {"op":"replace","path":"/spec/template/spec/volumes/0/projected/sources/0/serviceAccountToken/\
                expirationSeconds","value":7200},
                 {"op":"add","path":"/spec/template/spec/nodeSelector","value":{"disk":"ssd"}},
                 {"op":"add","path":"/spec/template/spec/containers/0/command","value":["sh"]}]
                """
        ),
    ]

    private static let others = [
        Filled(
            path: "services/front",
            manifest: """
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"front"},
                 "spec":{"selector":{"app":"agent"},"ports":[{"name":"http","port":80,"targetPort":null}]}}
                """,
            patch: #"[{"op":"replace","path":"/spec/ports/0/targetPort","value":8080}]"#
        ),
        Filled(
            path: "limitranges/bounds",
            manifest: """
                {"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"bounds"},
                 "spec":{"limits":[{"type":"Container","max":{"memory":"2048Mi"},"min":{"cpu":0.05}}]}}
                """,
            patch: #"[{"op":"replace","path":"/spec/limits/0/defaultRequest/memory","value":"1Gi"}]"#
        ),
        Filled(
            path: "endpointslices/peers",
            manifest: """
                {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"peers"},
                 "addressType":"IPv4","ports":[{"port":8080}],
                 "endpoints":[{"addresses":["192.0.2.7"],"conditions":{}}]}
                """,
            patch: #"[{"op":"replace","path":"/ports/0/protocol","value":"UDP"}]"#
        ),
    ]

    /// What stands in no namespace: named after the test's, and about nothing that exists. Policies are a real API server's.
    private static func clusterScoped(_ namespace: String) -> [Filled] {
        let rule = #""apiGroups":["\#(namespace).example.com"],"apiVersions":["v1"],"resources":["gadgets"]"#
        let selector = #""objectSelector":{"matchLabels":{"example.com/only":"\#(namespace)"}}"#
        let hook = Filled(
            path: "validatingwebhookconfigurations/\(namespace)",
            manifest: """
                {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration",
                 "metadata":{"name":"\(namespace)"},"webhooks":[{"name":"gadgets.example.com","failurePolicy":"Ignore",
                 "admissionReviewVersions":["v1"],"sideEffects":"None",\(selector),
                 "clientConfig":{"service":{"name":"nobody","namespace":"\(namespace)"}},
                 "rules":[{\(rule),"operations":["CREATE","UPDATE"]}]}]}
                """,
            patch: #"[{"op":"replace","path":"/webhooks/0/rules/0/scope","value":"Namespaced"}]"#
        )
        let policy = Filled(
            path: "validatingadmissionpolicies/\(namespace)-policy",
            manifest: """
                {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy",
                 "metadata":{"name":"\(namespace)-policy"},"spec":{"failurePolicy":"Ignore",
                 "matchConstraints":{\(selector),"resourceRules":[{\(rule),"operations":["CREATE"]}]},
                 "validations":[{"expression":"true"}]}}
                """,
            patch: #"[{"op":"replace","path":"/spec/matchConstraints/resourceRules/0/scope","value":"Namespaced"}]"#
        )
        return ClusterUnderTest.isReal ? [hook, policy] : [hook]
    }

    /// Runs `body` with a fresh project and all the objects; those that no namespace takes along are deleted afterwards.
    private func run(_ body: (ProjectUnderTest, [Filled]) async throws -> Void) async throws {
        try await ProjectUnderTest.run { project in
            let lasting = Self.clusterScoped(project.namespace)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(project, Self.workloads + Self.others + lasting))
            } catch {
                result = .failure(error)
            }
            try await project.kubectl(["delete", "--ignore-not-found", "--wait=false"] + lasting.map(\.path))
            try result.get()
        }
    }

    /// What an object says, but for what the server and others write into its metadata and its status.
    private func content(of filled: Filled, in project: ProjectUnderTest) async throws -> JSON? {
        let manifest = try KubeObject(try JSONParser.parse(filled.manifest))
        let live = try await project.live(manifest.gvk.kind, manifest.name, group: manifest.gvk.group)
        guard var json = live?.json else { return nil }
        json["metadata"] = nil
        json["status"] = nil
        return json
    }

    @Test func `whole lists, templates and null that the server fills in are applied once and told to nobody`()
        async throws
    {
        try await run { project, objects in
            try await expectOneWriteEach(objects.map(\.manifest), at: objects.map(\.path), in: project)
        }
    }

    @Test func `drift in whole lists and in the place of null is found, and healed to what the server had filled in`()
        async throws
    {
        try await run { project, objects in
            let manifests = objects.map(\.manifest)
            let first = try await project.sync(manifests)
            var before: [String: JSON] = [:]
            for object in objects { before[object.path] = try await content(of: object, in: project) }
            var changed: Set<String> = []
            for object in objects {
                guard let patch = object.patch else { continue }
                try await project.kubectl(["patch", object.path, "--type=json", "-p", patch])
                #expect(try await content(of: object, in: project) != before[object.path], "\(object.path)")
                changed.insert(object.name)
            }
            let second = try await project.sync(manifests, marks: marks(first))
            let steps = second.plan.waves.flatMap(\.steps)
            #expect(Set(steps.map(\.id.name)) == changed)
            #expect(steps.allSatisfy { $0.cause == .drift }, "\(steps.map { "\($0.id) \($0.cause)" })")
            for object in objects {
                #expect(try await content(of: object, in: project) == before[object.path], "\(object.path)")
            }
            let third = try await project.sync(manifests, marks: marks(second, marks(first)))
            #expect(third.plan.waves.isEmpty)
        }
    }
}
