// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SceneKit
import Testing

/// A credential plug-in whose token is good for one request, and that can be told not to end any more.
struct HangingPlugin {
    /// Names the plug-in for the scene's cluster.
    let kubeconfig: String
    private let order: String
    private let mark: String

    /// Writes the plug-in, and a kubeconfig with it, into the scene's folder.
    init(in scene: Scene) throws {
        let path = "\(scene.folder)/plugin"
        order = "\(path).order"
        mark = "\(path).hangs"
        kubeconfig = "\(path).kubeconfig"
        let token = try #require(scene.kubeconfig["users"]?.array?.first?["user"]?["token"]?.string)
        let answer: JSON = [
            "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
            "status": ["token": .string(token), "expirationTimestamp": "2020-01-01T00:00:00Z"],
        ]
        let script = """
            #!/bin/sh
            if [ -e '\(order)' ]; then : > '\(mark)'; sleep 1000; fi
            echo '\(answer.text)'

            """
        try Data(script.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        var settings = scene.kubeconfig
        var users = settings["users"]?.array ?? []
        for index in users.indices {
            users[index]["user"] = [
                "exec": [
                    "apiVersion": "client.authentication.k8s.io/v1", "command": .string(path),
                    "interactiveMode": "Never",
                ]
            ]
        }
        settings["users"] = .array(users)
        try settings.text.write(toFile: kubeconfig, atomically: true, encoding: .utf8)
    }

    /// Tells it to hang from now on.
    func hang() throws { try Data().write(to: URL(filePath: order)) }

    /// Whether one hangs.
    var hangs: Bool { FileManager.default.fileExists(atPath: mark) }
}
