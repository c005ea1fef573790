// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects
import TestKit

/// What a person does with a registry's own API.
extension ImageScene {
    /// Removes a blob from a repository; manifests that name it stay.
    package func deleteBlob(_ digest: String, of name: String) async throws {
        _ = try await ask("DELETE", "\(scene.namespace)/\(name)/blobs/\(digest)", expecting: 202)
    }

    /// Removes a manifest, and with it every tag that points to it.
    package func deleteManifest(_ digest: String, of name: String) async throws {
        _ = try await ask("DELETE", "\(scene.namespace)/\(name)/manifests/\(digest)", expecting: 202)
    }

    /// Gives an image more tags.
    package func addTags(_ tags: [String], to name: String, from tag: String = "latest") async throws {
        let place = "\(scene.namespace)/\(name)/manifests"
        let manifest = try await ask("GET", "\(place)/\(tag)", expecting: 200)
        for new in tags { _ = try await ask("PUT", "\(place)/\(new)", manifest.body, expecting: 201) }
    }

    private func ask(
        _ method: String,
        _ path: String,
        _ body: [UInt8]? = nil,
        expecting status: Int
    ) async throws -> HTTPResponse {
        let type = "application/vnd.oci.image.manifest.v1+json"
        var headers = [HTTPHeader("Accept", type)]
        if body != nil { headers.append(HTTPHeader("Content-Type", type)) }
        let request = HTTPRequest(method: method, url: "\(registry.url)/v2/\(path)", headers: headers, body: body)
        let answer = try await HTTPWire().send(request)
        guard answer.status == status else {
            let words = String(decoding: answer.body, as: UTF8.self)
            throw SceneFailure(description: "\(method) \(path): \(answer.status) \(words)")
        }
        return answer
    }
}
