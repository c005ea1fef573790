// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeObjects
import PlainText

extension KubeConfiguration {
    /// Reads a kubeconfig, given as one JSON document; the caller merges several files.
    ///
    /// Relative paths in it refer to `folder`. A nil `context` takes `current-context`. Pass only a kubeconfig that the
    /// user of this process wrote: it may name a command to run and may turn off the check of the server's certificate.
    ///
    /// - Throws: ``KubeError`` with reason `configuration`, naming the field.
    package init(kubeconfig: JSON, folder: String, context: String?) throws(KubeError) {
        try self.init(
            kubeconfig: kubeconfig,
            folder: folder,
            context: context,
            environment: ProcessInfo.processInfo.environment
        )
    }

    init(
        kubeconfig: JSON,
        folder: String,
        context: String?,
        environment: [String: String]
    ) throws(KubeError) {
        let file = KubeconfigFile(json: kubeconfig, folder: folder)
        let contextName = try file.contextName(context)
        let entry = try file.entry("contexts", contextName, "context")
        let clusterName = try file.requiredText(entry, "cluster", in: "context \(contextName)")
        let cluster = try file.entry("clusters", clusterName, "cluster")
        let userName = entry["user"]?.string ?? ""
        let user = userName.isEmpty ? [:] : try file.entry("users", userName, "user")
        let server = try file.server(cluster, name: clusterName)
        let proxyURL = cluster["proxy-url"]?.string ?? ""
        self.init(
            server: server,
            namespace: entry["namespace"]?.string ?? "",
            security: HTTPSecurity(
                trust: try file.trust(cluster, name: clusterName),
                identity: try file.identity(user, name: userName),
                serverName: cluster["tls-server-name"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            ),
            proxy: proxyURL.isEmpty
                ? .fromEnvironment(for: server, environment: environment) : .url(proxyURL),
            credentials: try file.credentials(user, name: userName, cluster: cluster, server: server),
            impersonation: try file.impersonation(user, name: userName),
            contextName: contextName
        )
    }
}

/// A kubeconfig's parts, read with errors that name the entry and the field.
struct KubeconfigFile {
    let json: JSON
    let folder: String

    func fail(_ message: String) -> KubeError {
        KubeError(reason: .configuration, message: "kubeconfig: \(message)")
    }

    /// The wanted context, or the current one.
    func contextName(_ wanted: String?) throws(KubeError) -> String {
        if let wanted { return wanted }
        guard let name = json["current-context"]?.string, !name.isEmpty else {
            throw fail("no current-context; set one with `kubectl config use-context` or name one with --context")
        }
        return name
    }

    /// The value of a named entry of `contexts`, `clusters` or `users`.
    func entry(_ list: String, _ name: String, _ key: String) throws(KubeError) -> JSON {
        guard let found = json[list]?.array?.first(where: { $0["name"]?.string == name }) else {
            throw fail("there is no \(key) named \(name.debugDescription) under \(list)")
        }
        return found[key] ?? [:]
    }

    func requiredText(_ json: JSON, _ key: String, in place: String) throws(KubeError) -> String {
        guard let text = json[key]?.string, !text.isEmpty else { throw fail("\(place) has no \(key)") }
        return text
    }

    func server(_ cluster: JSON, name: String) throws(KubeError) -> String {
        var server = try requiredText(cluster, "server", in: "cluster \(name)")
        while server.hasSuffix("/") { server.removeLast() }
        guard HTTPOrigin(url: server) != nil, !server.contains("?"), !server.contains("#") else {
            throw fail("cluster \(name): server is no http(s) URL such as https://10.0.0.1:6443")
        }
        return server
    }

    func trust(_ cluster: JSON, name: String) throws(KubeError) -> HTTPSecurity.Trust {
        let authorities = try material(cluster, "certificate-authority", of: "cluster \(name)")
        guard cluster["insecure-skip-tls-verify"]?.bool == true else {
            return authorities.map { .only(authorities: $0) } ?? .system
        }
        guard authorities == nil else {
            throw fail("cluster \(name) has both a certificate-authority and insecure-skip-tls-verify; remove one")
        }
        return .anything
    }

    func identity(_ user: JSON, name: String) throws(KubeError) -> HTTPSecurity.Identity? {
        let certificate = try material(user, "client-certificate", of: "user \(name)")
        let key = try material(user, "client-key", of: "user \(name)")
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return HTTPSecurity.Identity(certificate: certificate, key: key)
        case (nil, _): throw fail("user \(name) has a client-key but no client-certificate")
        case (_, nil): throw fail("user \(name) has a client-certificate but no client-key")
        }
    }

    /// The bytes of `<field>-data` (base64) or else of the file named by `<field>`; nil when neither is there.
    private func material(_ json: JSON, _ field: String, of place: String) throws(KubeError) -> [UInt8]? {
        if let data = json["\(field)-data"]?.string, !data.isEmpty {
            guard let bytes = Base64.bytes(of: data, padding: .optional) else {
                throw fail("\(place): \(field)-data is no base64")
            }
            return bytes
        }
        guard let path = json[field]?.string, !path.isEmpty else { return nil }
        return try KubeconfigFile.bytes(of: absolute(path), for: "kubeconfig: \(place): \(field)")
    }

    /// A path as it is, or under the kubeconfig's folder.
    func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }

    /// A small file's bytes. A pipe or a device is refused: it is read again and again, and may keep its reader for ever.
    static func bytes(of path: String, for use: String) throws(KubeError) -> [UInt8] {
        let limit = 1 << 20
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG, status.st_mode & S_IFMT != S_IFDIR {
            throw KubeError(reason: .configuration, message: "\(use): \(path) is no regular file; name one")
        }
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            let data = try handle.read(upToCount: limit + 1) ?? Data()
            try handle.close()
            guard !data.isEmpty, data.count <= limit else {
                throw KubeError(
                    reason: .configuration,
                    message: "\(use): \(path) is \(data.isEmpty ? "empty" : "larger than \(limit) bytes")"
                )
            }
            return Array(data)
        } catch let error as KubeError {
            throw error
        } catch {
            throw KubeError(
                reason: .configuration,
                message: "\(use): cannot read \(path); check that it exists and that this user may read it"
            )
        }
    }
}
