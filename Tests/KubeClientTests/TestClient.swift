// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeClient
import KubeObjects
import TestKit

/// The resource that most tests here use.
let configMaps = APIResource(
    gvk: GroupVersionKind(group: "", version: "v1", kind: "ConfigMap"),
    plural: "configmaps",
    isNamespaced: true,
    verbs: ["get", "list", "watch", "patch", "delete"]
)

/// A client for a stub server: impatient, so that retries take milliseconds.
func client(
    _ server: StubHTTPServer,
    user: JSON = [:],
    _ change: (inout KubeClientOptions) -> Void = { _ in }
) throws -> KubeClient {
    var options = KubeClientOptions(requestDeadline: .seconds(2), firstRetryDelay: .milliseconds(2))
    change(&options)
    let configuration = try KubeConfiguration(kubeconfig: kubeconfig(server.url, user: user), folder: "/", context: nil)
    return KubeClient(configuration: configuration, wire: HTTPWire(), options: options)
}

/// A kubeconfig with one context, for a server and a user.
func kubeconfig(_ server: String, user: JSON = [:], cluster: JSON = [:]) -> JSON {
    var cluster = cluster
    cluster["server"] = .string(server)
    return [
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "contexts": [["name": "c", "context": ["cluster": "k", "user": "u", "namespace": "team"]]],
        "clusters": [["name": "k", "cluster": cluster]], "users": [["name": "u", "user": user]],
    ]
}

/// A stored ConfigMap as the server sends it.
func configMap(_ name: String, version: String = "1", uid: String = "u1", data: JSON = ["k": "v"]) -> JSON {
    [
        "apiVersion": "v1", "kind": "ConfigMap", "data": data,
        "metadata": [
            "name": .string(name), "namespace": "ns", "uid": .string(uid), "resourceVersion": .string(version),
        ],
    ]
}

/// A list of ConfigMaps, whose items leave out apiVersion and kind as the server's do.
func listText(_ names: [String], version: String = "10", token: String = "") -> String {
    let items = names.map { name -> JSON in
        var item = configMap(name)
        item["apiVersion"] = nil
        item["kind"] = nil
        return item
    }
    var metadata: JSON = ["resourceVersion": .string(version)]
    if !token.isEmpty { metadata["continue"] = .string(token) }
    let list: JSON = ["apiVersion": "v1", "kind": "ConfigMapList", "metadata": metadata, "items": .array(items)]
    return list.text
}

/// A Status that says why a request failed.
func status(
    _ code: Int,
    _ reason: String,
    _ message: String,
    causes: [JSON] = [],
    name: String = ""
) -> String {
    var details: JSON = ["kind": "configmaps"]
    if !causes.isEmpty { details["causes"] = .array(causes) }
    if !name.isEmpty { details["name"] = .string(name) }
    let json: JSON = [
        "apiVersion": "v1", "kind": "Status", "metadata": [:], "status": "Failure", "message": .string(message),
        "reason": .string(reason), "details": details, "code": .int(Int64(code)),
    ]
    return json.text
}

/// What `body` throws; nil when it throws nothing.
func kubeError<Result>(_ body: () async throws(KubeError) -> Result) async -> KubeError? {
    do throws(KubeError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
