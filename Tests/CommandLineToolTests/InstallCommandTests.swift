// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import TestKit
import Testing
import YAMLText

@testable import CommandLineTool

/// What the binary holds of `infra/`.
@Suite(.timeLimit(.minutes(2)))
struct InstallCommandTests {
    @Test func `install prints the files of infra`() async throws {
        let files = try Checkout.files(below: "infra").filter { $0.path.hasSuffix(".yaml") }
        #expect(files.count > 3)
        let expected = files.map { "---\n# \($0.path)\n\($0.text)" }.joined()
        try await withTool { tool in
            let result = try await tool.run("install")
            #expect(result.status == 0)
            #expect(result.output == expected, "run make embed after a change of infra/")
        }
    }

    @Test func `the image can be chosen, and nothing else changes`() async throws {
        try await withTool { tool in
            let own = try await tool.run("install").output
            let other = try await tool.run("install", "--image", "registry.example.com/sternpost:9").output
            #expect(own.components(separatedBy: "image: ").count == 2)
            #expect(other != own)
            let back = other.replacing("registry.example.com/sternpost:9", with: "sternpost:\(Sternpost.version)")
            #expect(back == own)
        }
    }

    @Test(arguments: ["", "a b", "a\nb"])
    func `what no image can be called is refused`(image: String) async throws {
        try await withTool { tool in
            let result = try await tool.run("install", "--image", image)
            #expect(result.status == 2)
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("expected an image such as REGISTRY/sternpost:TAG"), "\(result.errors)")
        }
    }

    @Test func `the role has no wildcards, and the container no rights`() async throws {
        let output = try await withTool { try await $0.run("install").output }
        let objects = try YAMLText.documents(in: Array(output.utf8)).map(\.json)
        for role in objects where role["kind"] == "ClusterRole" {
            for rule in role["rules"]?.array ?? [] {
                for field in ["verbs", "resources", "apiGroups"] {
                    #expect(rule[field]?.array?.contains("*") == false, "\(rule)")
                }
            }
        }
        let deployment = try #require(objects.first { $0["kind"] == "Deployment" })
        let pod = try #require(deployment[["spec", "template", "spec"]])
        #expect(pod[["securityContext", "runAsNonRoot"]] == true)
        let security = try #require(pod["containers"]?.array?.first?["securityContext"])
        #expect(security["allowPrivilegeEscalation"] == false)
        #expect(security["readOnlyRootFilesystem"] == true)
        #expect(security[["capabilities", "drop"]] == ["ALL"])
    }

    @Test func `the container lets no project declare what rules the whole cluster`() async throws {
        let output = try await withTool { try await $0.run("install").output }
        let objects = try YAMLText.documents(in: Array(output.utf8)).map(\.json)
        let deployment = try #require(objects.first { $0["kind"] == "Deployment" })
        let containers = try #require(deployment[["spec", "template", "spec", "containers"]]?.array)
        let words = try #require(containers.first?["args"]?.array).compactMap(\.string)
        func names(_ option: String) throws -> Set<String> {
            let word = try #require(words.first { $0.hasPrefix("\(option)=") })
            return Set(word.dropFirst(option.count + 1).split(separator: ",").map(String.init))
        }
        #expect(words.first == "run")
        #expect(!words.contains { $0.hasPrefix("--own-project") })
        #expect(try names("--forbid-namespaces").isSuperset(of: ["kube-system", "kube-public", "kube-node-lease"]))
        let kinds = [
            "ClusterRole.rbac.authorization.k8s.io", "ClusterRoleBinding.rbac.authorization.k8s.io",
            "MutatingWebhookConfiguration.admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration.admissionregistration.k8s.io", "APIService.apiregistration.k8s.io",
        ]
        #expect(try names("--forbid-kinds").isSuperset(of: kinds))
    }

    @Test(.enabled(if: Kubectl.isInstalled, "kubectl is not installed"))
    func `kubectl accepts what install prints`() async throws {
        try await withTool { tool in
            try await withCluster(tool) { kubeconfig in
                let manifests = tool.folder.appending(path: "install.yaml")
                let printed = try await tool.run("install")
                try Data(printed.output.utf8).write(to: manifests)
                let result = try await Kubectl.run(
                    ["apply", "--dry-run=client", "--validate=false", "-f", manifests.path],
                    kubeconfig: Array(try Data(contentsOf: URL(filePath: kubeconfig)))
                )
                #expect(result.status == 0, "\(result.errors)")
                #expect(result.output.contains("deployment.apps/sternpost created (dry run)"))
                let objects = try YAMLText.documents(in: Array(printed.output.utf8)).count
                #expect(result.output.split(separator: "\n").count == objects)
            }
        }
    }
}
