// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLoop
import SyncPlan
import Testing

@testable import CommandLineTool

/// The border that the command line gives to each project.
struct BorderOptionsTests {
    private func project(_ name: String, credentials: JSON) throws -> Project {
        try ProjectDocument.project(
            from: [
                "apiVersion": .string(ProjectDocument.apiVersion), "kind": "Project",
                "metadata": ["name": .string(name), "namespace": .string("of-\(name)")],
                "spec": ["repo": "r", "credentials": credentials],
            ],
            file: "projects.yaml"
        )
    }

    private func words(own: String? = nil, namespaces: String? = nil, kinds: String? = nil) -> BorderOptions {
        var options = BorderOptions()
        options.ownProject = own
        options.forbidNamespaces = namespaces
        options.forbidKinds = kinds
        return options
    }

    private func secret(_ namespace: String, _ name: String) -> ObjectID {
        ObjectID(group: "", kind: "Secret", namespace: namespace, name: name)
    }

    @Test func `all projects get one border, which guards the credentials of each, and only the own one may cross it`()
        throws
    {
        let projects = [
            try project("posts", credentials: ["secretName": "posts-git"]),
            try project("shop", credentials: ["file": "/etc/shop-git"]),
            try project("own", credentials: ["secretName": "own-git"]),
        ]
        let options = words(
            own: "own",
            namespaces: "kube-system, kube-public",
            kinds: "Secret,ClusterRole.rbac.authorization.k8s.io"
        )
        let borders = try options.applied(to: projects, operatorNamespace: "sternpost").map(\.policy.border)
        let common = ProjectBorder(
            operatorNamespace: "sternpost",
            credentials: [secret("of-posts", "posts-git"), secret("of-own", "own-git")],
            forbiddenNamespaces: ["kube-system", "kube-public"],
            forbiddenKinds: [
                GroupKind(group: "", kind: "Secret"),
                GroupKind(group: "rbac.authorization.k8s.io", kind: "ClusterRole"),
            ]
        )
        var own = common
        own.isOwnProject = true
        #expect(borders == [common, common, own])
    }

    @Test func `without options the credentials are guarded, and no namespace is the operator's where a person acts`()
        throws
    {
        let project = try project("posts", credentials: ["secretName": "posts-git"])
        let border = try words().applied(to: project).policy.border
        #expect(border == ProjectBorder(credentials: [secret("of-posts", "posts-git")]))
    }
}
