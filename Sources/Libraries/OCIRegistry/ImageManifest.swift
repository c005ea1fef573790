// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Why bytes are not a manifest that is read here.
package struct ImageManifestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Whether it is of a kind that is refused (schema 1, unknown media types), rather than broken.
    package let isUnsupported: Bool
    /// What is wrong, one line.
    package let description: String

    init(isUnsupported: Bool = false, _ description: String) {
        self.isUnsupported = isUnsupported
        self.description = OutsideText.oneLine(description, limit: 300)
    }
}

/// A manifest or an index as a registry stores it: OCI image-spec v1.1 and Docker's schema 2. Nothing but what a
/// reading needs.
package struct ImageManifest: Sendable, Hashable {
    /// One of ``acceptedTypes``.
    package let mediaType: String
    /// The configuration of an image; nil for an index.
    package let configDigest: ImageDigest?
    /// The manifests of an index that can run, attestations left out; empty for an image.
    package let platformDigests: Set<ImageDigest>
    /// What its annotations, or for an index those of the first platform too, tell.
    package let provenance: ImageProvenance

    /// All that is asked for, in the order of the `Accept` header.
    package static let acceptedTypes = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ]
    static let indexTypes = Set(acceptedTypes.prefix(2))

    /// The largest document, in bytes.
    package static let maxBytes = 4 << 20
    /// The most manifests of one index.
    package static let maxChildren = 1000
    private static let limits = JSONParser.Limits(
        maxDepth: 32,
        maxBytes: maxBytes,
        maxValues: 200_000,
        rejectsDuplicateKeys: true
    )

    /// Whether it is an index.
    package var isIndex: Bool { configDigest == nil }

    /// Reads a manifest.
    ///
    /// - Parameters:
    ///   - bytes: The body as it came.
    ///   - contentType: The answer's media type without parameters; empty or one of no meaning when the body decides.
    /// - Throws: ``ImageManifestError``; total, for every input.
    package init(_ bytes: [UInt8], contentType: String) throws(ImageManifestError) {
        try ImageManifest.refuseSchema1(contentType)
        let json: JSON
        do throws(JSONError) {
            json = try JSONParser.parse(bytes, limits: ImageManifest.limits)
        } catch {
            throw ImageManifestError("the manifest is no JSON: \(error)")
        }
        guard case .object = json else { throw ImageManifestError("the manifest is no JSON object") }
        mediaType = try ImageManifest.mediaType(of: json, contentType: contentType)
        if ImageManifest.indexTypes.contains(mediaType) {
            guard json["config"] == nil, json["layers"] == nil else {
                throw ImageManifestError("the index also claims to be an image: it has config or layers")
            }
            configDigest = nil
            let children = try ImageManifest.children(of: json)
            platformDigests = Set(children.map(\.digest))
            provenance = ImageProvenance([json["annotations"], children.first?.annotations])
        } else {
            guard json["manifests"] == nil else {
                throw ImageManifestError("the image also claims to be an index: it has manifests")
            }
            guard let digest = json[["config", "digest"]]?.string.flatMap({ ImageDigest($0) }) else {
                throw ImageManifestError("the manifest has no config.digest that is a digest")
            }
            configDigest = digest
            platformDigests = []
            provenance = ImageProvenance([json["annotations"]])
        }
    }

    /// Schema 1 is refused by name: its digest is not that of its bytes.
    static func refuseSchema1(_ contentType: String) throws(ImageManifestError) {
        let old = "application/vnd.docker.distribution.manifest.v1+"
        guard contentType.hasPrefix(old) else { return }
        throw ImageManifestError(
            isUnsupported: true,
            "the image has an old schema 1 manifest (\(contentType)), which has no trustworthy digest; push it again"
        )
    }

    private static func mediaType(of json: JSON, contentType: String) throws(ImageManifestError) -> String {
        guard json["schemaVersion"]?.int != 1 else {
            throw ImageManifestError(
                isUnsupported: true,
                "the image has an old schema 1 manifest, which has no trustworthy digest; push it again"
            )
        }
        let written = json["mediaType"]?.string
        // These say nothing of the kind of JSON.
        let told =
            ["", "application/json", "application/octet-stream", "text/plain"].contains(contentType)
            ? nil : contentType
        if let written, let told, written != told {
            throw ImageManifestError("the manifest says that it is \(written), its answer that it is \(told)")
        }
        if let type = written ?? told {
            guard acceptedTypes.contains(type) else {
                throw ImageManifestError(isUnsupported: true, "\(type) is no image that is read here")
            }
            return type
        }
        if json["manifests"] != nil { return acceptedTypes[0] }
        if json["layers"] != nil { return acceptedTypes[2] }
        throw ImageManifestError("the document is neither an index nor a manifest")
    }

    private typealias Child = (digest: ImageDigest, annotations: JSON?)

    /// The entries of an index that can run.
    private static func children(of json: JSON) throws(ImageManifestError) -> [Child] {
        guard let entries = json["manifests"]?.array else { throw ImageManifestError("the index has no manifests") }
        guard entries.count <= maxChildren else {
            throw ImageManifestError("the index has more than \(maxChildren) manifests")
        }
        var children: [Child] = []
        for entry in entries {
            guard let digest = entry["digest"]?.string.flatMap({ ImageDigest($0) }) else {
                throw ImageManifestError("manifests[\(children.count)] of the index has no digest that is one")
            }
            if !isAttestation(entry) { children.append((digest, entry["annotations"])) }
        }
        return children
    }

    /// What buildkit adds beside the platforms: signatures and statements, never run.
    private static func isAttestation(_ entry: JSON) -> Bool {
        if entry[["annotations", "vnd.docker.reference.type"]] != nil { return true }
        let platform = entry["platform"]
        return platform?["os"]?.string == "unknown" && platform?["architecture"]?.string == "unknown"
    }
}

extension ImageProvenance {
    /// Reads the standard annotations; of each the first list that has it.
    init(_ annotations: [JSON?]) {
        func text(_ name: String) -> String? {
            for list in annotations {
                guard let value = list?["org.opencontainers.image.\(name)"]?.string else { continue }
                let line = OutsideText.oneLine(value, limit: 256)
                if !line.isEmpty { return line }
            }
            return nil
        }
        self.init(
            revision: text("revision"),
            source: text("source"),
            version: text("version"),
            created: text("created"),
            authors: text("authors"),
            vendor: text("vendor")
        )
    }
}
