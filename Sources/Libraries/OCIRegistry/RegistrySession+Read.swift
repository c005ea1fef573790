// SPDX-License-Identifier: Apache-2.0
import HTTPWire

/// What a call makes of the answers about a manifest.
extension RegistrySession {
    /// Reads the tag: HEAD first, and everything only when it moved.
    ///
    /// - Parameters:
    ///   - name: The image as the caller named it; this session may ask a mirror.
    ///   - known: The last reading.
    /// - Returns: The reading, with digests that were computed.
    /// - Throws: ``RegistryError``.
    func read(as name: ImageReference, known: TagReading?) async throws(RegistryError) -> TagReading {
        let head = try await send("HEAD", image.wireName)
        if head.status == 200, let told = try toldDigest(head), let known, known.digest == told { return known }
        guard [200, 404, 405, 501].contains(head.status) else { throw unexpected(head) }
        // A missing tag too: only the body of a GET tells it from a missing repository.
        let (manifest, digest, bytes) = try await manifest(image.wireName, pinnedTo: image.digest)
        if let known, known.digest == digest { return known }
        if image.digest == nil { try await confirm(digest, bytes) }
        return TagReading(image: name, digest: digest, manifest: manifest, bytes: bytes)
    }

    /// Whether it is there: returns when it is, throws `tagMissing` or `repositoryMissing` when it is not.
    func look() async throws(RegistryError) {
        let head = try await send("HEAD", image.wireName)
        switch head.status {
        case 200:
            guard let wanted = image.digest, let told = try toldDigest(head), told != wanted,
                told.algorithm == wanted.algorithm
            else { return }
            throw failure(.badAnswer, "it shows \(told) instead")
        case 404: throw failure(.tagMissing, "it is not there")
        case 405, 501: _ = try await manifest(image.wireName, pinnedTo: image.digest)
        default: throw unexpected(head)
        }
    }

    /// Gets a manifest and proves its digest: that of the name, that of the header, or, without either, its own.
    func manifest(
        _ reference: String,
        pinnedTo wanted: ImageDigest?
    ) async throws(RegistryError) -> (manifest: ImageManifest, digest: ImageDigest, bytes: [UInt8]) {
        let answer = try await get(reference)
        let told = try toldDigest(answer)
        for digest in [wanted, told] {
            guard let digest, !digest.verifies(answer.body) else { continue }
            throw failure(
                .badAnswer,
                "it says \(digest) and sends bytes of \(ImageDigest.sha256(of: answer.body)); the digest is not believed"
            )
        }
        let manifest: ImageManifest
        do throws(ImageManifestError) {
            manifest = try ImageManifest(answer.body, contentType: answer.head.mediaType)
        } catch {
            throw failure(error.isUnsupported ? .unsupported : .badAnswer, error.description)
        }
        return (manifest, wanted ?? told ?? .sha256(of: answer.body), answer.body)
    }

    /// Gets by digest what came by tag: an answer that differs, from replicas or caches, is an error.
    private func confirm(_ digest: ImageDigest, _ bytes: [UInt8]) async throws(RegistryError) {
        let again: HTTPResponse
        do throws(RegistryError) {
            again = try await get(digest.description)
        } catch  where error.reason == .tagMissing || error.reason == .repositoryMissing {
            throw failure(.badAnswer, "the tag points to \(digest), which is not there; are its replicas out of step?")
        }
        guard again.body == bytes else {
            throw failure(.badAnswer, "it has other bytes for \(digest) by digest than by tag; they are not believed")
        }
    }

    private func get(_ reference: String) async throws(RegistryError) -> HTTPResponse {
        let answer = try await send("GET", reference)
        switch answer.status {
        case 200: return answer
        case 404:
            let words = RegistryWords(answer)
            if words.code == "NAME_UNKNOWN" {
                throw failure(.repositoryMissing, "there is no such repository; check the image name")
            }
            throw failure(.tagMissing, "there is no such tag or digest\(words.text); push it, or correct the name")
        default: throw unexpected(answer)
        }
    }

    /// The digest that an answer tells; nil when it tells none.
    private func toldDigest(_ answer: HTTPResponse) throws(RegistryError) -> ImageDigest? {
        do throws(ImageManifestError) {
            try ImageManifest.refuseSchema1(answer.head.mediaType)
        } catch {
            throw failure(.unsupported, error.description)
        }
        let values = Set(answer.head.values(of: "docker-content-digest").filter { !$0.isEmpty })
        guard let text = values.first else { return nil }
        guard values.count == 1, let digest = ImageDigest(text) else {
            let shown = OutsideText.oneLine(text, limit: 100).debugDescription
            throw failure(.badAnswer, "its Docker-Content-Digest \(shown) is no sha256 or sha512 digest")
        }
        return digest
    }

    private func unexpected(_ answer: HTTPResponse) -> RegistryError {
        failure(.badAnswer, "it answers \(answer.status)\(RegistryWords(answer).text); is it a registry?")
    }
}
