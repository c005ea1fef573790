// SPDX-License-Identifier: Apache-2.0
import Foundation

extension GeneratedApp {
    /// The file of the namespace of all applications.
    package static let namespaceManifest = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: \(namespace)\n"

    /// Where the API server keeps the objects of an application, by kind.
    package static let collections = [
        "Deployment": "/apis/apps/v1/namespaces/\(namespace)/deployments",
        "ServiceAccount": "/api/v1/namespaces/\(namespace)/serviceaccounts",
        "Service": "/api/v1/namespaces/\(namespace)/services",
        "Ingress": "/apis/networking.k8s.io/v1/namespaces/\(namespace)/ingresses",
    ]

    /// Writes the manifests of so many applications: a file each, one for the namespace before them, all in `folder`.
    package static func write(count: Int, to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(namespaceManifest.utf8).write(to: folder.appending(path: "00-namespace.yaml"))
        for index in 0..<count {
            let app = GeneratedApp(index: index)
            try Data(app.manifest.utf8).write(to: folder.appending(path: "\(app.name).yaml"))
        }
    }
}
