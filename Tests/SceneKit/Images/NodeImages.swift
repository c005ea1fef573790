// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import TestKit

/// The images of a ``PlayedNode``: what its container runtime would have. Pulls are real requests to a real registry, so a
/// tag is what the registry says at that moment.
package actor NodeImages {
    /// An image on the node.
    struct Pulled: Sendable, Hashable {
        /// `registry/repository@sha256:…`, with the digest that the tag had: what containerd reports.
        let imageID: String
        /// What the image runs.
        let command: [String]

        /// Whether its process ends at once, badly.
        var crashes: Bool { command.contains { $0.hasSuffix("false") } }
    }

    /// A pull that failed; the text is the kubelet's.
    struct PullError: Error, CustomStringConvertible {
        let description: String
    }

    private static let accepted = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ].joined(separator: ", ")

    private let wire = HTTPWire()
    private let client: KubeClient
    private var authorities: [String: [UInt8]] = [:]
    private var present: [String: Pulled] = [:]
    private var reportsPlatforms = false
    /// How often each image was asked for at its registry.
    private(set) var pulls: [String: Int] = [:]

    init(client: KubeClient) { self.client = client }

    /// Trusts a registry's authority, as `certs.d` on a node does; registries without one are spoken to over http.
    package func trust(_ authority: [UInt8]?, of host: String) { authorities[host] = authority }

    /// Whether pods show the digest of the platform's manifest, as some runtimes do, or the one that the tag had.
    package func reportPlatforms(_ isSo: Bool) { reportsPlatforms = isSo }

    /// Forgets the images that were pulled, as a node's garbage collection does.
    package func forget() { present = [:] }

    /// Gets a container's image by its pull policy.
    func get(_ container: JSON, of pod: KubeObject) async throws -> Pulled {
        let image = container["image"]?.string ?? ""
        let policy = container["imagePullPolicy"]?.string ?? "IfNotPresent"
        if policy != "Always", let known = present[image] { return known }
        pulls[image, default: 0] += 1
        let name = try ImageName(image)
        let login = try await credentials(for: name.host, of: pod)
        let pulled = try await pull(name, login)
        present[image] = pulled
        return pulled
    }

    private func pull(_ name: ImageName, _ login: String?) async throws -> Pulled {
        var (digest, manifest) = try await self.manifest(name, name.reference, login)
        if let children = manifest["manifests"]?.array {
            let own = children.first { child in
                child["platform"]?["os"] == "linux" && child["platform"]?["architecture"] == "amd64"
            }
            guard let own = own?["digest"]?.string else {
                throw PullError(description: "\(name.text): no match for platform in manifest: not found")
            }
            manifest = try await self.manifest(name, own, login).json
            if reportsPlatforms { digest = own }
        }
        let configuration = try await blob(name, manifest["config"]?["digest"]?.string ?? "", login)
        for layer in manifest["layers"]?.array ?? [] {
            _ = try await send("HEAD", name, "blobs/\(layer["digest"]?.string ?? "")", login)
        }
        let settings = try JSONParser.parse(configuration)["config"]
        let words = ["Entrypoint", "Cmd"].flatMap { settings?[$0]?.array ?? [] }.compactMap(\.string)
        return Pulled(imageID: "\(name.host)/\(name.repository)@\(digest)", command: words)
    }

    private func manifest(
        _ name: ImageName,
        _ reference: String,
        _ login: String?
    ) async throws -> (digest: String, json: JSON) {
        let answer = try await send("GET", name, "manifests/\(reference)", login)
        let digest = answer.head.header("docker-content-digest") ?? reference
        return (digest, try JSONParser.parse(answer.body))
    }

    private func blob(_ name: ImageName, _ digest: String, _ login: String?) async throws -> [UInt8] {
        try await send("GET", name, "blobs/\(digest)", login).body
    }

    private func send(
        _ method: String,
        _ name: ImageName,
        _ path: String,
        _ login: String?
    ) async throws -> HTTPResponse {
        var headers = [HTTPHeader("Accept", NodeImages.accepted), HTTPHeader("User-Agent", "containerd/played")]
        if let login { headers.append(HTTPHeader("Authorization", "Basic \(login)")) }
        let authority = authorities[name.host]
        let request = HTTPRequest(
            method: method,
            url: "\(authority == nil ? "http" : "https")://\(name.host)/v2/\(name.repository)/\(path)",
            headers: headers,
            security: HTTPSecurity(trust: authority.map { .only(authorities: $0) } ?? .system),
            deadlines: HTTPDeadlines(connect: .seconds(3), total: .seconds(5))
        )
        let cause: String
        do {
            let answer = try await wire.send(request)
            guard answer.status != 200 else { return answer }
            cause = answer.status == 404 ? "\(path): not found" : "unexpected status: \(answer.status)"
        } catch {
            cause = "\(error)"
        }
        throw PullError(description: "failed to pull and unpack image \"\(name.text)\": \(cause)")
    }

    /// `user:password` in Base64 from the pull Secrets of the pod and of its service account; nil when none has it.
    private func credentials(for host: String, of pod: KubeObject) async throws -> String? {
        var names = (pod.spec?["imagePullSecrets"]?.array ?? []).compactMap { $0["name"]?.string }
        let account = pod.spec?["serviceAccountName"]?.string ?? "default"
        let accounts = CoreResources.serviceAccounts
        if names.isEmpty, let account = try await client.get(accounts, namespace: pod.namespace, name: account) {
            names = (account.json["imagePullSecrets"]?.array ?? []).compactMap { $0["name"]?.string }
        }
        for name in names {
            let secret = try await client.get(CoreResources.secrets, namespace: pod.namespace, name: name)
            guard let text = secret?.json["data"]?[".dockerconfigjson"]?.string,
                let bytes = Data(base64Encoded: text), let config = try? JSONParser.parse(Array(bytes))
            else { continue }
            if let login = config["auths"]?[host]?["auth"]?.string { return login }
        }
        return nil
    }
}

/// `127.0.0.1:5000/app:latest` in its parts; tests name their registries whole.
private struct ImageName {
    let text: String
    let host: String
    let repository: String
    /// The digest, else the tag.
    let reference: String

    init(_ text: String) throws {
        guard let slash = text.firstIndex(of: "/") else {
            throw NodeImages.PullError(description: "\(text): no registry is named")
        }
        self.text = text
        host = String(text[..<slash])
        let rest = text[text.index(after: slash)...]
        let plain = rest.prefix { $0 != "@" }
        repository = String(plain.prefix { $0 != ":" })
        if plain.endIndex < rest.endIndex {
            reference = String(rest[rest.index(after: plain.endIndex)...])
        } else {
            reference = plain.firstIndex(of: ":").map { String(plain[plain.index(after: $0)...]) } ?? "latest"
        }
    }
}
