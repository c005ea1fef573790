// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// The containers of a live workload that an undone rollout has pinned to their last good digest, while git still names
/// the tag (`nginx:latest` became `nginx:latest@sha256:…`).
///
/// A pin holds for exactly the image that git named then: as soon as a manifest says something else, git wins. Only a
/// digest can be added to what git says, never another image.
///
/// The pins stand in the annotation `sternpost.dev/rollout` of the workload, as `containers.NAME.image` and `.pin`; whatever
/// else image rollouts keep there is theirs alone.
package struct ImagePins: Sendable, Hashable {
    /// Git's text, and the one that the cluster has instead.
    private struct Pin: Sendable, Hashable {
        let image: String
        let pinned: String
    }

    /// By container name.
    private let pins: [String: Pin]

    /// Reads the pins of a live workload; none for objects of other kinds.
    package init(of live: KubeObject) {
        var pins: [String: Pin] = [:]
        if PodTemplate.path(of: live.gvk.groupKind) != nil, let note = ImagePins.note(on: live) {
            for member in note["containers"]?.object ?? JSONObject() {
                guard let image = member.value["image"]?.string else { continue }
                // An image that has a digest in git gets no other one.
                let digest = image.utf8.contains(UInt8(ascii: "@")) ? nil : ImagePins.digest(member.value["pin"])
                pins[member.key] = digest.map { Pin(image: image, pinned: ImagePins.pinned(image, to: $0)) }
            }
        }
        self.pins = pins
    }

    /// The longest annotation that is read, in UTF-8 bytes: the API server takes no more of all together.
    private static let maxNoteBytes = ObjectLimits.annotationBytes

    /// The annotation in which the pins stand, with all that image rollouts keep there; nil when there is none, or when it
    /// cannot be read.
    package static func note(on live: KubeObject) -> JSON? {
        guard let text = live.annotation(WireName.rollout), text.utf8.count <= maxNoteBytes else { return nil }
        return try? JSONParser.parse(text)
    }

    /// A digest in that annotation. Only a text that can be part of an image's name is one: it will be written into one.
    package static func digest(_ json: JSON?) -> String? {
        guard let text = json?.string, let digits = ["sha256:": 64, "sha512:": 128][text.prefix(7)],
            text.dropFirst(7).isHexadecimal(digits: digits)
        else { return nil }
        return text
    }

    /// Whether there is none.
    package var isEmpty: Bool { pins.isEmpty }

    /// An image with a tag, or without one, and the digest that decides.
    package static func pinned(_ image: String, to digest: String) -> String { "\(image)@\(digest)" }

    /// What to apply instead of a manifest: the same, with pinned images where git still names the image that was pinned.
    package func applied(to manifest: KubeObject) -> KubeObject {
        guard !pins.isEmpty, let template = PodTemplate.path(of: manifest.gvk.groupKind) else { return manifest }
        var result = manifest
        for list in PodTemplate.containerLists {
            let path = template + ["spec", list]
            guard var containers = manifest.json[path]?.array else { continue }
            for index in containers.indices {
                guard let name = containers[index]["name"]?.string, let pin = pins[name],
                    containers[index]["image"]?.string == pin.image
                else { continue }
                containers[index]["image"] = .string(pin.pinned)
            }
            result.json[path] = .array(containers)
        }
        return result
    }
}

extension ResolvedManifest {
    /// The manifest as it is to be applied to this live object: with the images that are pinned on it. Its hash stays that
    /// of what git says, because a pin is no change of git.
    func pinned(on live: KubeObject) -> ResolvedManifest {
        let pins = ImagePins(of: live)
        guard !pins.isEmpty else { return self }
        let object = pins.applied(to: object)
        guard object != self.object else { return self }
        return ResolvedManifest(
            id: id,
            object: object,
            resource: resource,
            origin: origin,
            contentHash: contentHash,
            definedBy: definedBy
        )
    }
}
