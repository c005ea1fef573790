// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What the node knows of images: which cannot be pulled, which crash, and the digest behind each name.
///
/// Everything may be changed while the cluster runs; containers that start later see it.
package final class ImageCatalog: Sendable {
    /// How containers of an image fail.
    package enum Failure: Sendable, Hashable {
        /// The image is not there: `ErrImagePull`, then `ImagePullBackOff`.
        case pull
        /// The process ends at once with status 1: `CrashLoopBackOff`, or a failed pod that is not restarted.
        case crash
    }

    private struct State {
        var failures: [(pattern: String, failure: Failure)]
        var digests: [String: String] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter failing: Patterns of image names or image IDs, where `*` stands for any text; the first that fits decides.
    package init(failing: [(pattern: String, failure: Failure)] = []) {
        state = Mutex(State(failures: failing))
    }

    /// Makes images fail from now on, or (nil) run again.
    package func setFailure(_ failure: Failure?, of pattern: String) {
        state.withLock { state in
            state.failures.removeAll { $0.pattern == pattern }
            if let failure { state.failures.insert((pattern, failure), at: 0) }
        }
    }

    /// How containers of an image fail, by its name or by the digest behind it (`*@sha256:…`); nil when they run.
    package func failure(of image: String) -> Failure? {
        let names = [image, imageID(of: image)]
        return state.withLock { $0.failures }.first { failing in
            names.contains { ImageCatalog.matches($0[...], failing.pattern[...]) }
        }?.failure
    }

    /// Sets the digest behind an image's name, as a push to a registry does.
    ///
    /// - Parameters:
    ///   - digest: `sha256:` and 64 hexadecimal digits.
    ///   - image: The name as pods write it, such as `nginx:latest`.
    package func setDigest(_ digest: String, of image: String) {
        state.withLock { $0.digests[ImageCatalog.fullName(image)] = digest }
    }

    /// The `imageID` of a container's status: the repository and the digest. A name that holds a digest keeps it.
    package func imageID(of image: String) -> String {
        let full = ImageCatalog.fullName(image)
        if let at = full.firstIndex(of: "@") { return ImageCatalog.repository(full) + full[at...] }
        let digest = state.withLock { $0.digests[full] } ?? ImageCatalog.madeUpDigest(of: full)
        return "\(ImageCatalog.repository(full))@\(digest)"
    }

    /// The name with its registry and tag: `docker.io/library/nginx:latest` for `nginx`.
    package static func fullName(_ image: String) -> String {
        let parts = image.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let hasRegistry = parts.count > 1 && (parts[0].contains { ".:".contains($0) } || parts[0] == "localhost")
        let name = hasRegistry ? image : "docker.io/\(parts.count > 1 ? "" : "library/")\(image)"
        return name.contains("@") || name != repository(name) ? name : "\(name):latest"
    }

    /// The name without tag and digest.
    private static func repository(_ name: String) -> String {
        let base = name.prefix { $0 != "@" }
        let start = base.lastIndex(of: "/") ?? base.startIndex
        guard let colon = base[start...].firstIndex(of: ":") else { return String(base) }
        return String(base[..<colon])
    }

    private static func madeUpDigest(of name: String) -> String {
        let parts = (0..<4).map { StableHash.hexadecimal(of: Array("\($0)\(name)".utf8)).lowercased() }
        return "sha256:\(parts.joined())"
    }

    private static func matches(_ text: Substring, _ pattern: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            let rest = pattern.dropFirst()
            return text.indices.contains { matches(text[$0...], rest) } || rest.allSatisfy { $0 == "*" }
        }
        return text.first == first && matches(text.dropFirst(), pattern.dropFirst())
    }
}
