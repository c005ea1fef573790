// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeObjects
import TestKit
import Testing

/// kubectl's everyday commands against the embedded cluster.
@Suite(.timeLimit(.minutes(5))) struct KubectlTests {
    private static let manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
          labels: {app: web}
        spec:
          replicas: 0
          selector:
            matchLabels: {app: web}
          template:
            metadata:
              labels: {app: web}
            spec:
              containers:
                - name: web
                  image: nginx:1.27
                  ports:
                    - containerPort: 80
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: web
        spec:
          selector: {app: web}
          ports:
            - port: 80
        """

    @Test func `apply creates, then changes nothing, then configures`() async throws {
        try await withCluster { cluster, _ in
            let first = try await kubectl(cluster, "apply", "-f", "-", input: Self.manifest)
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output == "deployment.apps/web created\nservice/web created\n")
            let second = try await kubectl(cluster, "apply", "-f", "-", input: Self.manifest)
            #expect(second.output == "deployment.apps/web unchanged\nservice/web unchanged\n")
            let changed = Self.manifest.replacing("nginx:1.27", with: "nginx:1.28")
            let third = try await kubectl(cluster, "apply", "-f", "-", input: changed)
            #expect(third.output == "deployment.apps/web configured\nservice/web unchanged\n")
        }
    }

    @Test func `server-side apply conflicts with another manager until it is forced`() async throws {
        try await withCluster { cluster, _ in
            let apply = ["apply", "--server-side", "-f", "-"]
            let first = try await kubectl(
                cluster,
                apply[0],
                apply[1],
                apply[2],
                apply[3],
                "--field-manager=first",
                input: Self.manifest
            )
            #expect(
                first.output == "deployment.apps/web serverside-applied\nservice/web serverside-applied\n",
                "\(first.errors)"
            )
            let changed = Self.manifest.replacing("nginx:1.27", with: "nginx:1.28")
            let second = try await kubectl(
                cluster,
                apply[0],
                apply[1],
                apply[2],
                apply[3],
                "--field-manager=second",
                input: changed
            )
            #expect(second.status == 1)
            #expect(
                second.errors.contains(
                    "Apply failed with 1 conflict: conflict with \"first\": .spec.template.spec.containers[name=\"web\"].image"
                )
            )
            let forced = try await kubectl(
                cluster,
                "apply",
                "--server-side",
                "--force-conflicts",
                "--field-manager=second",
                "-f",
                "-",
                input: changed
            )
            #expect(forced.status == 0, "\(forced.errors)")
        }
    }

    @Test func `get prints every output form`() async throws {
        try await withCluster { cluster, _ in
            _ = try await kubectl(cluster, "apply", "-f", "-", input: Self.manifest)
            let table = try await kubectl(cluster, "get", "deployments")
            #expect(
                table.output.hasPrefix("NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    0/0"),
                "\(table.errors)"
            )
            let wide = try await kubectl(cluster, "get", "deploy", "-o", "wide")
            #expect(wide.output.contains("nginx:1.27"))
            let name = try await kubectl(cluster, "get", "svc/web", "-o", "name")
            #expect(name.output == "service/web\n")
            let path = try await kubectl(
                cluster,
                "get",
                "deploy",
                "web",
                "-o",
                "jsonpath={.spec.template.spec.containers[0].image}"
            )
            #expect(path.output == "nginx:1.27")
            let json = try await kubectl(cluster, "get", "deploy", "web", "-o", "json")
            #expect(try JSONParser.parse(json.output)["kind"] == "Deployment")
            let yaml = try await kubectl(cluster, "get", "deploy", "web", "-o", "yaml")
            #expect(yaml.output.hasPrefix("apiVersion: apps/v1\nkind: Deployment\n"))
            let all = try await kubectl(cluster, "get", "all", "-A", "--show-labels")
            #expect(all.output.contains("deployment.apps/web"))
            let missing = try await kubectl(cluster, "get", "deploy", "nope")
            #expect(missing.status == 1)
            #expect(missing.errors == "Error from server (NotFound): deployments.apps \"nope\" not found\n")
        }
    }

    @Test func `describe, patch, label, annotate and scale work`() async throws {
        try await withCluster { cluster, _ in
            _ = try await kubectl(cluster, "apply", "-f", "-", input: Self.manifest)
            let described = try await kubectl(cluster, "describe", "deployment", "web")
            #expect(described.status == 0, "\(described.errors)")
            #expect(described.output.contains("Image:         nginx:1.27"))
            let patched = try await kubectl(
                cluster,
                "patch",
                "deploy/web",
                "-p",
                #"{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:1.29"}]}}}}"#
            )
            #expect(patched.output == "deployment.apps/web patched\n", "\(patched.errors)")
            let image = try await kubectl(
                cluster,
                "get",
                "deploy/web",
                "-o",
                "jsonpath={.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].ports[0].containerPort}"
            )
            #expect(image.output == "nginx:1.29 80")
            #expect(try await kubectl(cluster, "label", "svc/web", "tier=front").output == "service/web labeled\n")
            #expect(try await kubectl(cluster, "annotate", "svc/web", "note=x").output == "service/web annotated\n")
            let scaled = try await kubectl(cluster, "scale", "deploy/web", "--replicas=3")
            #expect(scaled.output == "deployment.apps/web scaled\n", "\(scaled.errors)")
            let replicas = try await kubectl(cluster, "get", "deploy/web", "-o", "jsonpath={.spec.replicas}")
            #expect(replicas.output == "3")
        }
    }

    @Test func `diff shows changes and ends with 1`() async throws {
        try await withCluster { cluster, _ in
            _ = try await kubectl(cluster, "apply", "-f", "-", input: Self.manifest)
            #expect(try await kubectl(cluster, "diff", "-f", "-", input: Self.manifest).status == 0)
            let changed = Self.manifest.replacing("nginx:1.27", with: "nginx:1.28")
            let diff = try await kubectl(cluster, "diff", "-f", "-", input: changed)
            #expect(diff.status == 1, "\(diff.errors)")
            #expect(diff.output.contains("+      - image: nginx:1.28"))
            let serverSide = try await kubectl(cluster, "diff", "--server-side", "-f", "-", input: Self.manifest)
            #expect(serverSide.status <= 1, "\(serverSide.errors)")
        }
    }

    @Test func `delete and wait see objects go`() async throws {
        try await withCluster { cluster, _ in
            _ = try await kubectl(cluster, "apply", "-f", "-", input: Self.manifest)
            let deleted = try await kubectl(cluster, "delete", "-f", "-", input: Self.manifest)
            #expect(deleted.status == 0, "\(deleted.errors)")
            #expect(deleted.output.contains("deployment.apps \"web\" deleted"))
            let waited = try await kubectl(cluster, "wait", "--for=delete", "svc/web", "--timeout=10s")
            #expect(waited.status == 0, "\(waited.errors)")
        }
    }

    @Test func `api-resources, api-versions and explain know the kinds`() async throws {
        try await withCluster { cluster, _ in
            let resources = try await kubectl(cluster, "api-resources", "--no-headers")
            #expect(resources.output.contains("deployments"), "\(resources.errors)")
            let versions = try await kubectl(cluster, "api-versions")
            #expect(versions.output.contains("apps/v1\n"))
            let explained = try await kubectl(cluster, "explain", "deployment.spec.replicas")
            #expect(explained.status == 0, "\(explained.errors)")
            #expect(explained.output.contains("FIELD: replicas <integer>"))
        }
    }

    @Test func `an unknown field is refused by apply`() async throws {
        try await withCluster { cluster, _ in
            let wrong = Self.manifest.replacing("replicas: 0", with: "replica: 0")
            let answer = try await kubectl(cluster, "apply", "-f", "-", input: wrong)
            #expect(answer.status == 1)
            #expect(answer.errors.contains("strict decoding error: unknown field \"spec.replica\""))
        }
    }

    @Test(arguments: [
        (["create", "namespace", "shop"], "namespace/shop created"),
        (["create", "configmap", "c", "--from-literal=a=b"], "configmap/c created"),
        (["create", "secret", "generic", "s", "--from-literal=a=b"], "secret/s created"),
        (["create", "serviceaccount", "robot"], "serviceaccount/robot created"),
        (["create", "deployment", "d", "--image=nginx", "--port=80", "--replicas=0"], "deployment.apps/d created"),
        (["create", "service", "nodeport", "n", "--tcp=80:8080"], "service/n created"),
        (["create", "job", "j", "--image=busybox", "--", "true"], "job.batch/j created"),
        (["create", "cronjob", "cj", "--image=busybox", "--schedule=0 0 * * *"], "cronjob.batch/cj created"),
        (["create", "role", "r", "--verb=get", "--resource=pods"], "role.rbac.authorization.k8s.io/r created"),
        (
            ["create", "rolebinding", "rb", "--role=r", "--serviceaccount=default:robot"],
            "rolebinding.rbac.authorization.k8s.io/rb created"
        ),
        (["create", "ingress", "i", "--rule=a.example/=svc:80"], "ingress.networking.k8s.io/i created"),
        (["create", "quota", "q", "--hard=pods=3"], "resourcequota/q created"),
        (
            ["create", "poddisruptionbudget", "p", "--selector=a=b", "--min-available=50%"],
            "poddisruptionbudget.policy/p created"
        ),
        (["auth", "can-i", "list", "pods"], "yes"),
    ])
    func `typed commands send protobuf and are understood`(arguments: [String], output: String) async throws {
        try await withCluster { cluster, _ in
            let answer = try await kubectl(cluster, arguments: arguments)
            #expect(answer.output == "\(output)\n", "\(answer.errors)")
        }
    }
}
