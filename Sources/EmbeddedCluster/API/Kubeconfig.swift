// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// Kubeconfig documents for the embedded cluster.
enum Kubeconfig {
    /// A document with one cluster, one user and one context.
    ///
    /// The token stands in the user, as always, and in the server's URL, for clients that send none over plain HTTP.
    static func document(url: String, user: String, token: String) -> JSON {
        let name = "sternpost-embedded"
        return [
            "apiVersion": "v1", "kind": "Config", "preferences": [:],
            "clusters": [
                ["name": .string(name), "cluster": ["server": .string(url + RequestAddress.prefix(token: token))]]
            ],
            "users": [["name": .string(user), "user": ["token": .string(token)]]],
            "contexts": [
                [
                    "name": .string(name),
                    "context": ["cluster": .string(name), "user": .string(user), "namespace": "default"],
                ]
            ],
            "current-context": .string(name),
        ]
    }
}

/// Bearer tokens.
enum AccessToken {
    /// 128 random bits as hexadecimal digits.
    static func random() -> String {
        (0..<16).map { _ in UInt8.random(in: 0 ... .max) }.hexadecimal
    }
}
