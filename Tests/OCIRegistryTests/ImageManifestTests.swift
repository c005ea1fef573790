// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry
import Testing

/// Manifests and indexes, whole and hostile.
struct ImageManifestTests {
    private func problem(_ text: String, _ type: String = "") -> ImageManifestError? {
        do throws(ImageManifestError) {
            _ = try ImageManifest(Array(text.utf8), contentType: type)
            return nil
        } catch {
            return error
        }
    }

    @Test func `an index has the manifests that can run`() throws {
        let text = indexText([digest("a"), digest("b")], attestation: "x")
        let index = try ImageManifest(Array(text.utf8), contentType: ociIndex)
        #expect(index.isIndex)
        #expect(index.platformDigests == [digest("a"), digest("b")])
    }

    @Test(arguments: ["", "application/json", ociManifest])
    func `the body's media type counts where the answer tells none`(type: String) throws {
        let manifest = try ImageManifest(Array(manifestText("a").utf8), contentType: type)
        #expect(manifest.configDigest == digest("a"))
        #expect(manifest.mediaType == ociManifest)
    }

    @Test func `a body without media type is what it looks like`() throws {
        let config: JSON = ["digest": .string(digest("a").description)]
        let image: JSON = ["schemaVersion": 2, "config": config, "layers": []]
        #expect(try ImageManifest(image.serialized(), contentType: "").mediaType == ociManifest)
        let index: JSON = ["schemaVersion": 2, "manifests": []]
        #expect(try ImageManifest(index.serialized(), contentType: "").mediaType == ociIndex)
    }

    @Test(
        arguments: [
            ("", "", false), ("[]", "", false), ("{", "", false), ("{}", "", false), ("null", ociManifest, false),
            (#"{"mediaType":"text/html"}"#, "", true), (manifestText("a"), ociIndex, false),
            (#"{"schemaVersion":1,"fsLayers":[]}"#, "application/json", true),
            ("{}", "application/vnd.docker.distribution.manifest.v1+prettyjws", true),
            ("{}", "application/vnd.docker.distribution.manifest.v1+json", true), ("{}", "text/html", true),
            (#"{"manifests":[{}],"schemaVersion":2}"#, "", false),
            (#"{"manifests":{},"schemaVersion":2}"#, "", false),
            (#"{"manifests":[{"digest":"sha256:../../etc"}]}"#, "", false),
            (#"{"manifests":[],"layers":[]}"#, ociIndex, false),
            (#"{"config":{"digest":"sha256:1"},"layers":[]}"#, ociManifest, false),
            (#"{"manifests":[],"manifests":[]}"#, ociIndex, false),
            (String(repeating: "[", count: 100_000), "", false),
            (#"{"a":"# + String(repeating: #"{"a":"#, count: 100_000), ociIndex, false),
        ]
    )
    func `what is no manifest is an error`(text: String, type: String, isUnsupported: Bool) {
        #expect(problem(text, type)?.isUnsupported == isUnsupported)
    }

    @Test func `an image that claims to be an index too is refused`() {
        let text = manifestText("a").replacing("{\"annotations\"", with: "{\"manifests\":[],\"annotations\"")
        #expect(problem(text, ociManifest)?.description.contains("also claims") == true)
    }

    @Test func `an index has at most 1000 manifests`() {
        let one = digest("a")
        #expect(problem(indexText([ImageDigest](repeating: one, count: 1000))) == nil)
        #expect(problem(indexText([ImageDigest](repeating: one, count: 1001)))?.description.contains("1000") == true)
    }

    @Test func `provenance is one short line each, and knows no secrets`() throws {
        Redactor.shared.register("canary-annotation-55")
        let annotations: JSON = [
            "org.opencontainers.image.revision": "abc\ndef", "org.opencontainers.image.source": "https://u:pw@git.io/x",
            "org.opencontainers.image.version": .string(String(repeating: "9", count: 100_000)),
            "org.opencontainers.image.vendor": "canary-annotation-55", "org.opencontainers.image.created": 7,
        ]
        let text = manifestText("a", annotations: annotations)
        let told = try ImageManifest(Array(text.utf8), contentType: "").provenance
        #expect(told.revision == "abc def")
        #expect(told.source?.contains("pw") == false)
        #expect((told.version?.count ?? 999) <= 256)
        #expect(told.vendor == Redactor.mask)
        #expect(told.created == nil)
        #expect(!told.isEmpty)
        #expect(try ImageManifest(Array(manifestText("a").utf8), contentType: "").provenance.isEmpty)
    }

    @Test func `bytes cut or changed anywhere never crash the readers`() {
        var chance = SystemRandomNumberGenerator()
        let seeds = [
            manifestText("a"), indexText([digest("a")], attestation: "x"), "docker.io/library/nginx:1@\(digest("a"))",
            #"Bearer realm="https://a/t",service="s", Basic realm="x""#,
            #"{"auths":{"*.io:5000/a":{"auth":"dTpw","identitytoken":"t"}}}"#,
        ]
        for seed in seeds {
            for _ in 0..<300 {
                var bytes = Array(seed.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &chance) where !bytes.isEmpty {
                    let place = Int.random(in: bytes.indices, using: &chance)
                    bytes[place] = UInt8.random(in: 0...255, using: &chance)
                    if Bool.random(using: &chance) { bytes.removeSubrange(place...) }
                }
                let text = String(decoding: bytes, as: UTF8.self)
                _ = try? ImageManifest(bytes, contentType: text)
                _ = try? ImageReference(text)
                _ = ImageDigest(imageID: text)
                _ = RegistryChallenge.parse([text])
                _ = try? DockerConfig(dockerconfigjson: bytes, source: "s")
                _ = RegistryKeyring([(text, .registryToken("x"))]).isEmpty
            }
        }
    }
}
