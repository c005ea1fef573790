// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One request to the API server before credentials and deadlines are added.
struct KubeRequest: Sendable {
    /// What a second sending of the same request does.
    enum Safety: Sendable {
        /// It changes nothing.
        case read
        /// It ends in the same state as the first one, because a precondition goes with it: a delete with a uid.
        case idempotent
        /// It could do harm, fail because the first one succeeded, or write over what came in between.
        case once
    }

    let method: String
    /// Absolute, each segment already percent-encoded.
    var path: String
    var query: [(name: String, value: String)] = []
    var accept = "application/json"
    var contentType: String?
    var body: [UInt8]?
    let safety: Safety
    /// Where the caller has less time than the client's options give; nil for those.
    var patience: RequestPatience?

    init(method: String = "GET", path: String, safety: Safety = .read) {
        self.method = method
        self.path = path
        self.safety = safety
    }

    /// Method and path, as errors name a request.
    var display: String { "\(method) \(path)" }

    /// Path and query.
    var target: String {
        guard !query.isEmpty else { return path }
        let pairs = query.map { "\($0.name)=\(Redactor.percentEncoded($0.value))" }
        return "\(path)?\(pairs.joined(separator: "&"))"
    }
}

extension APIResource {
    /// The collection's path with the namespace checked and encoded; a cluster-scoped resource ignores the namespace.
    func checkedPath(namespace: String) throws(KubeError) -> String {
        guard isNamespaced, !namespace.isEmpty else { return path(namespace: "") }
        return path(namespace: try APIResource.segment(namespace, "namespace"))
    }

    /// One object's path with every segment checked and encoded.
    func checkedPath(namespace: String, name: String) throws(KubeError) -> String {
        if isNamespaced, namespace.isEmpty {
            throw KubeError(reason: .configuration, message: "\(gvk.kind) \(name) needs a namespace; name one")
        }
        return "\(try checkedPath(namespace: namespace))/\(try APIResource.segment(name, "name"))"
    }

    /// A name that would change the path's meaning is refused; the API server takes none of these either.
    private static func segment(_ text: String, _ what: String) throws(KubeError) -> String {
        guard !text.isEmpty, text != ".", text != "..", !text.contains("/"), !text.contains("%") else {
            throw KubeError(
                reason: .configuration,
                message: "\(text.debugDescription) is no valid \(what); use letters, digits, '-' and '.'"
            )
        }
        return Redactor.percentEncoded(text)
    }
}
