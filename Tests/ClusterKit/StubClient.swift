// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeClient
import KubeObjects
import TestKit

extension StubHTTPServer {
    /// A client of this server, which takes it for an API server.
    package func client() throws -> KubeClient {
        let kubeconfig: JSON = [
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "contexts": [["name": "c", "context": ["cluster": "k", "user": "u"]]],
            "clusters": [["name": "k", "cluster": ["server": .string(url)]]],
            "users": [["name": "u", "user": .object(JSONObject())]],
        ]
        return KubeClient(
            configuration: try KubeConfiguration(kubeconfig: kubeconfig, folder: "/", context: nil),
            wire: HTTPWire(),
            options: KubeClientOptions(requestDeadline: .seconds(10), firstRetryDelay: .milliseconds(2))
        )
    }

    /// `PATCH /api/v1/namespaces/shop/configmaps/a`, one for each request so far.
    package var lines: [String] { requests.map { "\($0.method) \($0.path)" } }

    /// An API server's refusal; `name` is the object that it is about, if it says so.
    package static func refusal(_ code: Int64, _ reason: String, _ message: String, about name: String? = nil) -> Step {
        var status: JSON = [
            "apiVersion": "v1", "kind": "Status", "metadata": .object(JSONObject()), "status": "Failure",
            "reason": .string(reason), "message": .string(message), "code": .int(code),
        ]
        if let name { status["details"] = ["name": .string(name)] }
        return .reply(Int(code), status.text)
    }
}
