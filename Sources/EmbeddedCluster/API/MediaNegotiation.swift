// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission

/// In which form an answer is sent, as the `Accept` header asks.
struct MediaChoice: Sendable, Hashable {
    /// What becomes of the object.
    enum Form: Sendable, Hashable {
        case whole
        case table
        case partialMetadata
    }

    /// How it is written.
    enum Encoding: Sendable, Hashable {
        case json
        case yaml
    }

    var form = Form.whole
    var encoding = Encoding.json
    /// `v1` or `v1beta1` of `meta.k8s.io`, for tables and partial metadata.
    var metaVersion = "v1"
    /// Of discovery: `v2` or `v2beta1` of `apidiscovery.k8s.io`; empty for the plain documents.
    var discoveryVersion = ""

    /// What a server may send at an endpoint.
    enum Offer {
        /// Objects and lists, as JSON or YAML, whole, as tables or as partial metadata.
        case objects
        /// Discovery documents.
        case discovery
        /// Watch events.
        case events
    }

    /// Chooses the first acceptable media type of `header`, by descending weight.
    ///
    /// - Throws: 406 when the client accepts none.
    init(accept header: String, offer: Offer) throws(StatusError) {
        guard !header.isEmpty else { return }
        for clause in MediaChoice.clauses(header) {
            if let choice = MediaChoice(clause, offer: offer) {
                self = choice
                return
            }
        }
        throw StatusError(
            code: 406,
            reason: "NotAcceptable",
            message: "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
                + "application/json;stream=watch",
            details: .init()
        )
    }

    private init() {}

    private init?(_ clause: Clause, offer: Offer) {
        let types: [(String, Encoding)] =
            offer == .events
            ? [("application/json", .json)] : [("application/json", .json), ("application/yaml", .yaml)]
        guard
            let match = types.first(where: {
                clause.type == $0.0 || clause.type == "application/*" || clause.type == "*/*"
            })
        else { return nil }
        encoding = match.1
        guard let kind = clause.parameters["as"] else { return }
        let group = clause.parameters["g"] ?? ""
        let version = clause.parameters["v"] ?? ""
        switch (offer, group, kind) {
        case (.discovery, "apidiscovery.k8s.io", "APIGroupDiscoveryList"):
            guard version == "v2" || version == "v2beta1" else { return nil }
            discoveryVersion = version
        case (.objects, "meta.k8s.io", "Table"), (.events, "meta.k8s.io", "Table"): form = .table
        case (.objects, "meta.k8s.io", "PartialObjectMetadata"), (.objects, "meta.k8s.io", "PartialObjectMetadataList"),
            (.events, "meta.k8s.io", "PartialObjectMetadata"), (.events, "meta.k8s.io", "PartialObjectMetadataList"):
            form = .partialMetadata
        default: return nil
        }
        if offer != .discovery {
            guard version == "v1" || version == "v1beta1" else { return nil }
            metaVersion = version
        }
    }

    /// The `Content-Type` of the answer.
    var contentType: String {
        if !discoveryVersion.isEmpty {
            return "application/json;g=apidiscovery.k8s.io;v=\(discoveryVersion);as=APIGroupDiscoveryList"
        }
        return encoding == .json ? "application/json" : "application/yaml"
    }

    private struct Clause {
        let type: String
        let parameters: [String: String]
        let weight: Double
    }

    /// The clauses of an `Accept` header, heaviest first, else in order.
    private static func clauses(_ header: String) -> [Clause] {
        let clauses = header.split(separator: ",").map { part in
            let pieces = part.split(separator: ";").map { $0.trimming(while: \.isWhitespace) }
            var parameters: [String: String] = [:]
            for piece in pieces.dropFirst() {
                let pair = piece.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { parameters[String(pair[0])] = String(pair[1].trimming { $0 == "\"" }) }
            }
            return Clause(
                type: pieces.first.map { $0.lowercased() } ?? "",
                parameters: parameters,
                weight: parameters["q"].flatMap(Double.init) ?? 1
            )
        }
        return clauses.enumerated()
            .sorted { ($0.element.weight, $1.offset) > ($1.element.weight, $0.offset) }
            .map(\.element)
    }
}

extension StringProtocol {
    /// The text without what fulfils the condition at both ends.
    fileprivate func trimming(while condition: (Character) -> Bool) -> SubSequence {
        var rest = drop(while: condition)
        while let last = rest.last, condition(last) { rest = rest.dropLast() }
        return rest
    }
}
