// SPDX-License-Identifier: Apache-2.0

/// What a tag (or a digest) of a registry points to. Pure: two readings of an unmoved tag are equal.
package struct TagReading: Sendable, Hashable {
    /// The image as the caller named it, also when a mirror answered.
    package let image: ImageReference
    /// What the tag points to: the index, or the manifest of an image without index.
    package let digest: ImageDigest
    /// Every digest by which a running container may show that it is this image: ``digest`` and the manifest of each
    /// platform.
    package let digests: Set<ImageDigest>
    /// The manifests of the platforms alone, without attestations: equal sets are the same software, although the index
    /// may differ. For an image without index, its manifest.
    package let platformDigests: Set<ImageDigest>
    /// The configurations, which some runtimes report as image ID. Known for images without index only; for others
    /// ``RegistryClient/configDigests(of:keyring:)`` asks.
    package let configDigests: Set<ImageDigest>
    /// The media type of what the tag points to.
    package let mediaType: String
    /// Who made it and from what, if the image tells.
    package let provenance: ImageProvenance

    /// A reading with these parts.
    package init(
        image: ImageReference,
        digest: ImageDigest,
        digests: Set<ImageDigest>,
        platformDigests: Set<ImageDigest>,
        configDigests: Set<ImageDigest> = [],
        mediaType: String,
        provenance: ImageProvenance = ImageProvenance()
    ) {
        self.image = image
        self.digest = digest
        self.digests = digests
        self.platformDigests = platformDigests
        self.configDigests = configDigests
        self.mediaType = mediaType
        self.provenance = provenance
    }

    /// Whether it has one manifest for each platform.
    package var isIndex: Bool { ImageManifest.indexTypes.contains(mediaType) }

    /// Puts a verified manifest into the words of a reading.
    init(image: ImageReference, digest: ImageDigest, manifest: ImageManifest, bytes: [UInt8]) {
        let own: Set = [digest, .sha256(of: bytes)]
        self.init(
            image: image,
            digest: digest,
            digests: own.union(manifest.platformDigests),
            platformDigests: manifest.isIndex ? manifest.platformDigests : own,
            configDigests: manifest.configDigest.map { [$0] } ?? [],
            mediaType: manifest.mediaType,
            provenance: manifest.provenance
        )
    }
}

/// What an image says about its making, in the standard annotations `org.opencontainers.image.…`. Each text is one line
/// of at most 256 characters with secrets masked; its truth is not proved.
package struct ImageProvenance: Sendable, Hashable {
    /// The commit.
    package var revision: String?
    /// Where the source is, as written; may be anything, so no link without a look at its scheme.
    package var source: String?
    /// The version that its makers call it.
    package var version: String?
    /// When, as written.
    package var created: String?
    /// The people.
    package var authors: String?
    /// The organisation.
    package var vendor: String?

    /// A provenance with these parts; nil for unknown parts.
    package init(
        revision: String? = nil,
        source: String? = nil,
        version: String? = nil,
        created: String? = nil,
        authors: String? = nil,
        vendor: String? = nil
    ) {
        self.revision = revision
        self.source = source
        self.version = version
        self.created = created
        self.authors = authors
        self.vendor = vendor
    }

    /// Whether the image tells nothing.
    package var isEmpty: Bool { self == ImageProvenance() }
}
