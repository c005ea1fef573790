// SPDX-License-Identifier: Apache-2.0
import OCIRegistry
import Testing

private let hash = String(repeating: "0123456789abcdef", count: 4)

/// Names of images, against the tables of distribution/reference.
struct ImageReferenceTests {
    @Test(arguments: [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("bitnami/redis", "docker.io/bitnami/redis:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/library/nginx:1", "docker.io/library/nginx:1"),
        ("docker.io/a/b", "docker.io/a/b:latest"),
        ("ghcr.io/acme/app:v1.2_x-3", "ghcr.io/acme/app:v1.2_x-3"),
        ("localhost/app", "localhost/app:latest"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        ("127.0.0.1:5000/a/b/c:t", "127.0.0.1:5000/a/b/c:t"),
        ("[::1]:5000/app", "[::1]:5000/app:latest"),
        ("[2001:db8::1]/app:1", "[2001:db8::1]/app:1"),
        ("Foo/bar", "Foo/bar:latest"),
        ("foo/bar", "docker.io/foo/bar:latest"),
        ("host:5000", "docker.io/library/host:5000"),
        ("xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com/myimage:xn--n3h.com"),
        ("a__b/c--d/e.f", "docker.io/a__b/c--d/e.f:latest"),
        ("nginx@sha256:\(hash)", "docker.io/library/nginx@sha256:\(hash)"),
        ("nginx:latest@sha256:\(hash)", "docker.io/library/nginx:latest@sha256:\(hash)"),
        ("q.io/a@sha512:\(hash)\(hash)", "q.io/a@sha512:\(hash)\(hash)"),
    ])
    func `a name has one normal form, which reads back as itself`(text: String, normal: String) throws {
        let image = try ImageReference(text)
        #expect(image.description == normal)
        #expect(try ImageReference(normal).description == normal)
    }

    @Test(
        arguments: [
            ("", .empty), (hash, .bareID), ("nginx:", .tag), (":tag", .repository), ("nginx:-x", .tag),
            ("nginx:\(String(repeating: "a", count: 129))", .tag), ("Nginx", .capitals), ("docker.io/a/B", .capitals),
            ("nginx@sha256:abc", .digest), ("nginx@sha1:\(hash)", .digest), ("nginx@", .digest),
            ("nginx@sha256:\(hash.uppercased())", .digest), ("a//b", .repository), ("a/b/", .repository),
            ("/a", .repository), ("a___b", .repository), ("a..b", .repository), ("-a", .repository),
            ("foo_bar.com/app", .registry), ("ghcr.io:/a", .registry), ("ghcr.io:99999/a", .registry),
            ("[::1/a", .registry), ("[\u{11}]:1/a", .registry), ("https://ghcr.io/a", .registry),
            ("-x.io/a", .registry), ("nginx latest", .repository), ("nginx\n", .repository), ("näme", .repository),
            ("a.io/\(String(repeating: "b", count: 251))", .tooLong), ("user@host.io/app", .registry),
        ] as [(String, ImageReferenceError.Reason)]
    )
    func `a text that is no name says which part is wrong`(text: String, reason: ImageReferenceError.Reason) {
        #expect(throws: ImageReferenceError.self) { try ImageReference(text) }
        do throws(ImageReferenceError) { _ = try ImageReference(text) } catch { #expect(error.reason == reason) }
    }

    @Test func `R13: a digest pins, whatever the tag says`() throws {
        let image = try ImageReference("nginx:latest@sha256:\(hash)")
        #expect(image.isPinned)
        #expect(!image.isTagImplicit)
        #expect(image.tag == "latest")
        let plain = try ImageReference("nginx")
        #expect(!plain.isPinned)
        #expect(plain.isTagImplicit)
        #expect(plain.pinned(to: digest("x")).description == "docker.io/library/nginx:latest@\(digest("x"))")
        #expect(try ImageReference("nginx@sha256:\(hash)").tag == nil)
    }
}

/// Digests, and those in pods.
struct ImageDigestTests {
    @Test(arguments: [
        "", "sha256:", "sha256:\(hash.dropLast())", "sha256:\(hash)0", "sha256:\(hash.uppercased())", "md5:\(hash)",
        "sha384:\(hash)\(hash.prefix(32))", hash, " sha256:\(hash)", "sha256:\(hash)\n", "SHA256:\(hash)",
        "sha512:\(hash)",
    ])
    func `anything but a well-formed sha256 or sha512 is none`(text: String) { #expect(ImageDigest(text) == nil) }

    @Test func `hashes are those of the standard`() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(ImageDigest.sha256(of: []).description == "sha256:\(empty)")
        #expect(ImageDigest.sha256(of: []).shortText == "e3b0c44298fc")
        #expect(ImageDigest.sha512(of: []).hex.hasPrefix("cf83e1357eefb8bd"))
        #expect(ImageDigest("sha512:\(ImageDigest.sha512(of: [1]).hex)")?.verifies([1]) == true)
        #expect(!ImageDigest.sha256(of: [1]).verifies([2]))
        #expect(
            [digest("a"), digest("b")].sorted().map(\.description)
                == [digest("a"), digest("b")].map(\.description).sorted()
        )
    }

    @Test(
        arguments: [
            ("docker-pullable://nginx@sha256:\(hash)", true), ("docker.io/library/nginx@sha256:\(hash)", true),
            ("containerd://ghcr.io/a/b@sha256:\(hash)", true), ("127.0.0.1:5000/a@sha256:\(hash)", true),
            ("docker://sha256:\(hash)", false), ("sha256:\(hash)", false), (hash, false), ("", false),
            ("nginx:latest", false), ("@sha256:\(hash)", false), ("docker-pullable://@sha256:\(hash)", false),
            ("nginx@sha256:\(hash)0", false),
        ]
    )
    func `R4: the digest of a pod's image ID is that of a manifest or index, never of a configuration`(
        text: String,
        isFound: Bool
    ) {
        #expect(ImageDigest(imageID: text)?.description == (isFound ? "sha256:\(hash)" : nil))
    }
}
