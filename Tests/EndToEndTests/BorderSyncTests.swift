// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncLook
import SyncLoop
import SyncPlan
import TestKit
import Testing

/// What projects may not declare: from the words on the command line to what the cluster is asked for.
@Suite(.timeLimit(.minutes(5)))
struct BorderSyncTests {
    /// A manifest behind the border.
    private struct Closed {
        /// Below `infra/`.
        let file: String
        let manifest: String
        let resource: APIResource
        let id: ObjectID
        /// Why it is refused.
        let reason: String

        init(_ resource: APIResource, _ name: String, in namespace: String = "", more: String = "", reason: String) {
            id = ObjectID(groupKind: resource.gvk.groupKind, namespace: namespace, name: name)
            file = "\(id.kind.lowercased())-\(name).yaml"
            manifest = """
                apiVersion: \(resource.gvk.apiVersion)
                kind: \(id.kind)
                metadata: {name: \(name)\(namespace.isEmpty ? "" : ", namespace: \(namespace)"), labels: {by: git}}
                \(more)

                """
            self.resource = resource
            self.reason = reason
        }

        /// Whether one of the lines refuses it, with its place and the reason.
        func isRefused(in text: String) -> Bool {
            text.split(separator: "\n").contains {
                $0.contains("infra/\(file):1: \(id): ") && $0.contains(reason)
            }
        }
    }

    /// What the options of ``forbidding(_:)`` close, and the operator's own file of projects.
    private func closed(_ scene: Scene) -> [Closed] {
        let place = "\(scene.namespace)-closed"
        let access = "rbac.authorization.k8s.io"
        return [
            Closed(CoreResources.namespaces, place, reason: "--forbid-namespaces \(place)"),
            Closed(
                CoreResources.secrets,
                "login",
                in: place,
                more: "stringData: {password: \(scene.canary)}",
                reason: "--forbid-namespaces \(place)"
            ),
            Closed(
                CoreResources.clusterRoleBindings,
                "\(scene.namespace)-view",
                more: """
                    roleRef: {apiGroup: \(access), kind: ClusterRole, name: view}
                    subjects: [{apiGroup: \(access), kind: User, name: \(scene.namespace)}]
                    """,
                reason: "--forbid-kinds ClusterRoleBinding.\(access)"
            ),
            Closed(
                CoreResources.serviceAccounts,
                "robot",
                in: scene.namespace,
                reason: "--forbid-kinds ServiceAccount"
            ),
            Closed(
                CoreResources.configMaps,
                "sternpost-projects",
                in: scene.namespace,
                reason: "holds the operator's project files"
            ),
        ]
    }

    /// The lease of another project, which nobody may declare.
    private func lease(_ scene: Scene) -> Closed {
        Closed(
            CoreResources.leases,
            "sternpost-other",
            in: scene.project.namespace,
            reason: "keeps for its own inventories and leases"
        )
    }

    /// Words on the command line.
    private func forbidding(_ scene: Scene) -> [String] {
        [
            "--forbid-namespaces", "\(scene.namespace)-elsewhere,\(scene.namespace)-closed", "--forbid-kinds",
            "ServiceAccount, ClusterRoleBinding.rbac.authorization.k8s.io",
        ]
    }

    private func commit(_ items: [Closed], to scene: Scene) throws {
        var files = scene.baseFiles(configMaps: 1)
        for item in items { files[item.file] = item.manifest }
        try scene.commit(files)
    }

    /// Those that the cluster has as git declares them.
    private func live(_ items: [Closed], _ scene: Scene) async throws -> [ObjectID] {
        var found: [ObjectID] = []
        for item in items {
            let object = try await scene.client.get(item.resource, namespace: item.id.namespace, name: item.id.name)
            if object?.label("by") == "git" { found.append(item.id) }
        }
        return found
    }

    @Test func `what the options forbid is refused by name, everything else is written, and the own project may`()
        async throws
    {
        try await withScene { scene in
            let tool = try SceneTool(scene)
            let closed = closed(scene)
            let lease = lease(scene)
            try commit(closed + [lease], to: scene)
            let diff = try await tool.command(["diff"] + tool.project + forbidding(scene))
            #expect(diff.status == 2)
            let sync = ["sync", "--no-wait"] + tool.project + forbidding(scene)
            let first = try await tool.command(sync)
            #expect(first.status == 1, "\(first.errors)")
            for item in closed + [lease] {
                #expect(item.isRefused(in: diff.errors), "\(item.id): \(diff.errors)")
                #expect(!diff.output.contains("\(item.id)"), "\(diff.output)")
                #expect(item.isRefused(in: first.errors), "\(item.id): \(first.errors)")
            }
            #expect(try await live(closed + [lease], scene) == [])
            #expect(try await scene.liveConfigMap("c0") != nil)

            let own = ["--own-project", scene.project.name]
            let second = try await tool.command(sync + own)
            #expect(second.status == 1, "\(second.errors)")
            #expect(lease.isRefused(in: second.errors), "\(second.errors)")
            for item in closed { #expect(!item.isRefused(in: second.errors), "\(second.errors)") }
            #expect(try await live(closed + [lease], scene) == closed.map(\.id))
            try scene.commit([lease.file: nil])
            let third = try await tool.command(sync + own)
            #expect(third.status == 0, "\(third.errors)")
            try await scene.checkPromises(hasOtherHistories: true, edit: { $0.policy.border.isOwnProject = true })
        }
    }

    @Test(arguments: ["ClusterRoleBindings", "ClusterRoleBinding"])
    func `a forbidden kind that forbids nothing as it is written ends the sync before it writes`(word: String)
        async throws
    {
        try await withScene { scene in
            let tool = try SceneTool(scene)
            let closed = closed(scene)
            try commit(closed, to: scene)
            for command in [["diff"], ["sync", "--no-wait"]] {
                let result = try await tool.command(command + tool.project + ["--forbid-kinds", word])
                #expect(result.status == 2)
                let words = "--forbid-kinds \(word): the API server has no such kind; write ClusterRoleBinding.rbac"
                #expect(result.errors.contains(words), "\(result.errors)")
            }
            #expect(try await live(closed, scene) == [])
        }
    }

    /// Makes the Secret that the operator reads before it starts, as a person does.
    private func plantLogin(_ name: String, _ scene: Scene) async throws {
        let place = JSON.string(scene.project.namespace)
        let space = try KubeObject(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": place]])
        _ = try await scene.client.create(space, in: CoreResources.namespaces, fieldManager: "somebody")
        let login = try KubeObject([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name), "namespace": place],
            "data": ["token": .string(Data(scene.canary.utf8).base64EncodedString())],
        ])
        _ = try await scene.client.create(login, in: CoreResources.secrets, fieldManager: "somebody")
    }

    @Test func `an operator also guards the Secret of its own credentials, but from the own project`() async throws {
        try await withScene { scene in
            let login = Closed(
                CoreResources.secrets,
                "git-login",
                in: scene.project.namespace,
                more: "stringData: {token: \(scene.canary)}",
                reason: "holds credentials of the operator"
            )
            let closed = closed(scene) + [login]
            try await plantLogin(login.id.name, scene)
            try commit(closed, to: scene)
            var options = Scene.OperatorOptions()
            options.spec = ["credentials: {secretName: \(login.id.name)}"]
            options.arguments = forbidding(scene)
            try await scene.withOperator(options: options) { process in
                try await scene.isSynced("c0", "1")
                try await eventually("the log refuses each of them") {
                    let text = process.text
                    return closed.allSatisfy { $0.isRefused(in: text) }
                }
                #expect(try await live(closed, scene) == [])
                process.send(SIGTERM)
                #expect(try await process.ending() == .status(0))
            }
            options.arguments += ["--own-project", scene.project.name]
            try await scene.withOperator(options: options) { process in
                try await eventually("the own project's are written", within: .seconds(60)) {
                    try await live(closed, scene) == closed.map(\.id)
                }
                process.send(SIGTERM)
                #expect(try await process.ending() == .status(0))
            }
            try await scene.checkPromises(edit: { $0.policy.border.isOwnProject = true })
        }
    }
}
