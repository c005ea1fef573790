// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeObjects
import PlainText
import TestKit
import Testing

@testable import KubeClient

/// What a kubeconfig says, and what it may not say.
struct KubeconfigTests {
    private func read(
        _ json: JSON,
        folder: String = "/",
        context: String? = nil,
        environment: [String: String] = [:]
    ) throws(KubeError) -> KubeConfiguration {
        try KubeConfiguration(kubeconfig: json, folder: folder, context: context, environment: environment)
    }

    private func problem(_ json: JSON, context: String? = nil) -> String? {
        do throws(KubeError) {
            _ = try read(json, context: context)
            return nil
        } catch {
            return error.reason == .configuration ? error.message : "wrong reason: \(error.reason)"
        }
    }

    private let pem = Base64.text(of: Array("-----BEGIN CERTIFICATE-----".utf8))

    @Test func `server, namespace and trust are read`() throws {
        let json = kubeconfig(
            "https://10.0.0.1:6443/k8s/clusters/c-1/",
            user: ["token": "secret-token"],
            cluster: ["certificate-authority-data": .string(pem), "tls-server-name": "kube.example"]
        )
        let found = try read(json)
        #expect(found.server == "https://10.0.0.1:6443/k8s/clusters/c-1")
        #expect(found.namespace == "team")
        #expect(found.security.trust == .only(authorities: Array("-----BEGIN CERTIFICATE-----".utf8)))
        #expect(found.security.serverName == "kube.example")
        #expect(found.proxy == .none)
        guard case .token("secret-token") = found.credentials else {
            Issue.record("no token")
            return
        }
        let redactor = Redactor()
        _ = CredentialSource(found, redactor: redactor, renewal: nil)
        #expect(redactor.redact("has secret-token inside") == "has \(Redactor.mask) inside")
    }

    @Test func `files are read relative to the kubeconfig, and data wins over files`() async throws {
        try await withTemporaryFolder { folder in
            for name in ["ca", "crt", "key"] { try Data(name.utf8).write(to: folder.appending(path: name)) }
            let user: JSON = ["client-certificate": "crt", "client-key": .string("\(folder.path)/key")]
            let found = try read(
                kubeconfig("https://h", user: user, cluster: ["certificate-authority": "ca"]),
                folder: folder.path
            )
            #expect(found.security.trust == .only(authorities: Array("ca".utf8)))
            #expect(found.identity == .init(certificate: Array("crt".utf8), key: Array("key".utf8)))
            let both: JSON = ["certificate-authority": "absent", "certificate-authority-data": .string(pem)]
            #expect(try read(kubeconfig("https://h", cluster: both)).security.trust != .system)
        }
    }

    @Test func `another context can be chosen`() throws {
        var json = kubeconfig("https://one")
        json["contexts"] = [["name": "c", "context": ["cluster": "k"]], ["name": "d", "context": ["cluster": "l"]]]
        json["clusters"] = [
            ["name": "k", "cluster": ["server": "https://one"]],
            ["name": "l", "cluster": ["server": "https://two", "insecure-skip-tls-verify": true]],
        ]
        #expect(try read(json).server == "https://one")
        let other = try read(json, context: "d")
        #expect(other.server == "https://two")
        #expect(other.namespace == "default")
        #expect(other.security.trust == .anything)
        #expect(try read(json).security.trust == .system)
    }

    @Test func `the proxy comes from the cluster or else from the environment`() throws {
        let environment = ["HTTPS_PROXY": "http://env:1", "NO_PROXY": "two.example"]
        let own = kubeconfig("https://two.example", cluster: ["proxy-url": "socks5://own:2"])
        #expect(try read(own, environment: environment).proxy == .url("socks5://own:2"))
        #expect(try read(kubeconfig("https://one.example"), environment: environment).proxy == .url("http://env:1"))
        #expect(try read(kubeconfig("https://two.example"), environment: environment).proxy == .none)
    }

    @Test func `impersonation is sent whole`() throws {
        let user: JSON = [
            "as": "jane", "as-uid": "7", "as-groups": ["a", "b"], "as-user-extra": ["scopes/x": ["s1", "s2"]],
        ]
        #expect(
            try read(kubeconfig("https://h", user: user)).impersonation == [
                HTTPHeader("Impersonate-User", "jane"), HTTPHeader("Impersonate-Uid", "7"),
                HTTPHeader("Impersonate-Group", "a"), HTTPHeader("Impersonate-Group", "b"),
                HTTPHeader("Impersonate-Extra-scopes%2Fx", "s1"), HTTPHeader("Impersonate-Extra-scopes%2Fx", "s2"),
            ]
        )
    }

    private static let exec: JSON = [
        "command": "get-token", "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
    ]

    private static func exec(_ key: String, _ value: JSON?) -> JSON {
        var changed = exec
        changed[key] = value
        return ["exec": changed]
    }

    @Test(
        arguments: [
            (["as-groups": ["system:masters"]], "name the user"),
            (["as-uid": "7"], "name the user"),
            (["auth-provider": ["name": "gcp"]], "exec plug-in"),
            (["username": "u", "password": "p", "token": "t"], "both a username and a token"),
            (["client-certificate-data": "YQ=="], "no client-key"),
            (["client-key-data": "YQ=="], "no client-certificate"),
            (["client-certificate-data": "not base64!", "client-key-data": "YQ=="], "no base64"),
            (["client-certificate": "/does/not/exist", "client-key-data": "YQ=="], "cannot read /does/not/exist"),
            (exec("apiVersion", "client.authentication.k8s.io/v1alpha1"), "known are"),
            (exec("apiVersion", nil), "has no apiVersion"),
            (exec("command", nil), "has no command"),
            (exec("interactiveMode", "Sometimes"), "Never, IfAvailable or Always"),
        ] as [(JSON, String)]
    )
    func `a user that cannot be used says why`(user: JSON, words: String) {
        #expect(problem(kubeconfig("https://h", user: user))?.contains(words) == true)
    }

    @Test(
        arguments: [
            ("10.0.0.1:6443", [:], "no http(s) URL"), ("https://u:p@h", [:], "no http(s) URL"),
            ("", [:], "has no server"),
            ("https://h?x=y", [:], "no http(s) URL"),
            ("https://h", ["insecure-skip-tls-verify": true, "certificate-authority-data": "YQ=="], "remove one"),
            ("https://h", ["certificate-authority": "/does/not/exist"], "cannot read"),
        ] as [(String, JSON, String)]
    )
    func `a cluster that cannot be used says why`(server: String, cluster: JSON, words: String) {
        #expect(problem(kubeconfig(server, cluster: cluster))?.contains(words) == true)
    }

    @Test func `missing entries are named`() {
        var json = kubeconfig("https://h")
        json["current-context"] = nil
        #expect(problem(json)?.contains("current-context") == true)
        #expect(problem(json, context: "nope")?.contains("\"nope\"") == true)
        json = kubeconfig("https://h")
        json["clusters"] = []
        #expect(problem(json)?.contains("cluster named \"k\"") == true)
        json = kubeconfig("https://h")
        json["users"] = nil
        #expect(problem(json)?.contains("user named \"u\"") == true)
        #expect(problem(.null)?.contains("current-context") == true)
        #expect(problem("text")?.contains("current-context") == true)
    }

    @Test func `a pod finds its API server and its account`() async throws {
        try await withTemporaryFolder { folder in
            for (name, text) in [("ca.crt", "CA"), ("token", "t0ken\n"), ("namespace", "here\n")] {
                try Data(text.utf8).write(to: folder.appending(path: name))
            }
            let environment = [
                "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443", "HTTPS_PROXY": "p:1",
            ]
            let found = try KubeConfiguration.inCluster(environment: environment, folder: folder.path)
            #expect(found.server == "https://[fd00::1]:443")
            #expect(found.namespace == "here")
            #expect(found.security.trust == .only(authorities: Array("CA".utf8)))
            #expect(found.proxy == .url("http://p:1"))
            let error = #expect(throws: KubeError.self) {
                try KubeConfiguration.inCluster(environment: [:], folder: folder.path)
            }
            #expect(error?.message.contains("KUBERNETES_SERVICE_HOST") == true)
            #expect(throws: KubeError.self) {
                try KubeConfiguration.inCluster(environment: environment, folder: "\(folder.path)/absent")
            }
        }
    }
}
