// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// The name of an image, in the normal form of distribution/reference: what a pod's `image` means.
///
/// `nginx` is `docker.io/library/nginx:latest`. A tag beside a digest is kept for people and ignored when pulling.
/// Stricter than the model in one place: a first part that must be a host and is none (`a_b.c/app`) is an error.
package struct ImageReference: Sendable, Hashable, CustomStringConvertible {
    /// A host with or without a port, as written: `docker.io`, `ghcr.io`, `127.0.0.1:5000`, `[::1]:5000`.
    package let registry: String
    /// `library/nginx`.
    package let repository: String
    /// `latest` when there was neither tag nor digest; nil when there was only a digest.
    package let tag: String?
    /// The digest, when the name has one.
    package let digest: ImageDigest?
    /// Whether `latest` was filled in.
    package let isTagImplicit: Bool

    /// The longest registry and repository together.
    static let maxNameBytes = 255

    init(registry: String, repository: String, tag: String?, digest: ImageDigest?, isTagImplicit: Bool) {
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
        self.isTagImplicit = isTagImplicit
    }

    /// Reads a name as a pod's `image` has it.
    ///
    /// - Throws: ``ImageReferenceError``; total, for every text.
    package init(_ text: String) throws(ImageReferenceError) {
        guard !text.isEmpty else { throw ImageReferenceError(.empty, text) }
        guard text.utf8.count <= 1024 else { throw ImageReferenceError(.tooLong, text) }
        guard !text.isHexadecimal(digits: 64) else {
            throw ImageReferenceError(.bareID, text)
        }
        var (registry, rest) = ImageReference.splitRegistry(text[...])
        var digest: ImageDigest?
        if let at = rest.utf8.firstIndex(of: UInt8(ascii: "@")) {
            digest = ImageDigest(String(rest[rest.utf8.index(after: at)...]))
            guard digest != nil else { throw ImageReferenceError(.digest, text) }
            rest = rest[..<at]
        }
        var tag: String?
        if let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let written = String(rest[rest.utf8.index(after: colon)...])
            guard Grammar.isTag(written) else { throw ImageReferenceError(.tag, text) }
            tag = written
            rest = rest[..<colon]
        }
        if registry == "docker.io", !rest.utf8.contains(UInt8(ascii: "/")) { rest = "library/\(rest)" }
        guard Grammar.isRegistry(registry) else { throw ImageReferenceError(.registry, text) }
        guard Grammar.isRepository(rest) else {
            let hasCapitals = rest.utf8.contains { (0x41...0x5A).contains($0) }
            throw ImageReferenceError(hasCapitals ? .capitals : .repository, text)
        }
        guard registry.utf8.count + 1 + rest.utf8.count <= ImageReference.maxNameBytes else {
            throw ImageReferenceError(.tooLong, text)
        }
        self.registry = String(registry)
        repository = String(rest)
        isTagImplicit = tag == nil && digest == nil
        self.tag = isTagImplicit ? "latest" : tag
        self.digest = digest
    }

    /// The first part is a host when it says so: by a dot, a colon, a capital letter, or as `localhost`.
    private static func splitRegistry(_ text: Substring) -> (registry: Substring, rest: Substring) {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { return ("docker.io", text) }
        let first = text[..<slash]
        let isHost =
            first == "localhost" || first.utf8.contains { $0 == 0x2E || $0 == 0x3A || (0x41...0x5A).contains($0) }
        guard isHost else { return ("docker.io", text) }
        return (first == "index.docker.io" ? "docker.io" : first, text[text.utf8.index(after: slash)...])
    }

    /// Whether it names one image for good: a digest is there.
    package var isPinned: Bool { digest != nil }

    /// Registry and repository: `docker.io/library/nginx`.
    package var name: String { "\(registry)/\(repository)" }

    /// The normal form: `docker.io/library/nginx:latest`, `ghcr.io/a/b:1@sha256:…`.
    package var description: String {
        "\(name)\(tag.map { ":\($0)" } ?? "")\(digest.map { "@\($0)" } ?? "")"
    }

    /// The same name with a digest, which it then means for good. The tag stays, for people.
    package func pinned(to digest: ImageDigest) -> ImageReference {
        ImageReference(
            registry: registry,
            repository: repository,
            tag: tag,
            digest: digest,
            isTagImplicit: isTagImplicit
        )
    }

    /// The same image in another registry, such as a mirror.
    func at(registry: String) -> ImageReference {
        ImageReference(
            registry: registry,
            repository: repository,
            tag: tag,
            digest: digest,
            isTagImplicit: isTagImplicit
        )
    }

    /// What the registry's API calls it: the digest, or else the tag.
    var wireName: String { digest?.description ?? tag ?? "latest" }
}
