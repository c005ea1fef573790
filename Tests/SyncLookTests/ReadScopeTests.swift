// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

@testable import SyncLook

/// What is read of the cluster.
struct ReadScopeTests {
    private static func resource(_ apiVersion: String, _ kind: String, _ plural: String) -> APIResource {
        APIResource(
            gvk: GroupVersionKind(apiVersion: apiVersion, kind: kind),
            plural: plural,
            isNamespaced: true,
            verbs: ["list", "get"]
        )
    }

    @Test func `without a commit the kinds of the members are read, and those that were never looked through`() {
        let configMaps = Self.resource("v1", "ConfigMap", "configmaps")
        let roles = Self.resource("rbac.authorization.k8s.io/v1", "Role", "roles")
        var catalog = APICatalog()
        for resource in [configMaps, roles, Self.resource("v1", "Secret", "secrets")] { catalog.add(resource) }
        let inventory = Inventory(
            applySet: ApplySet(project: "posts", namespace: "sternpost"),
            members: [
                ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "web"): Inventory.Member(uid: "u1"),
                ObjectID(group: "acme.dev", kind: "Widget", namespace: "shop", name: "gone"):
                    Inventory.Member(uid: "u2"),
            ],
            unseenKinds: [roles.gvk.groupKind]
        )
        let scope = ReadScope(inventory: inventory, catalog: catalog)
        #expect(scope.resources == [configMaps, roles])
        #expect(scope.wanted.isEmpty && scope.undiscovered.isEmpty)
        #expect(scope.namespaces[configMaps.gvk.groupKind] == ["shop"])
    }
}
