// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import KubeObjects

/// Reads of one resource: lists with paging and consistent snapshots.
struct ObjectReader: Sendable {
    /// One page of a list.
    struct Page: Sendable {
        /// In the version of the request.
        let objects: [KubeObject]
        let revision: Int64
        /// Empty on the last page.
        let continueToken: String
        /// Objects behind this page; nil when the server does not say.
        let remaining: Int?
    }

    let machinery: APIMachinery
    let resource: RegisteredResource
    /// Empty for all namespaces.
    let namespace: String
    let options: ListOptions

    /// The page that the options ask for.
    func page() throws(StatusError) -> Page {
        let (all, revision, start) = try snapshot()
        var chosen: [KubeObject] = []
        var rest = 0
        var last = ""
        let limit = isUnlimited ? 0 : options.limit
        for stored in all {
            let path = "\(stored.namespace)/\(stored.name)"
            if !start.isEmpty, !start.precedesInByteOrder(path) { continue }
            guard selects(stored) else { continue }
            if limit > 0, chosen.count == limit {
                rest += 1
            } else {
                chosen.append(stored.converted(to: resource))
                last = path
            }
        }
        let isSelective = !options.labelSelector.isEverything || !options.fieldSelector.isEverything
        return Page(
            objects: chosen,
            revision: revision,
            continueToken: rest > 0 ? ContinueToken(revision: revision, start: last).text : "",
            remaining: rest > 0 && !isSelective ? rest : nil
        )
    }

    /// Whether a stored object is in the namespace and fulfils the selectors.
    func selects(_ stored: KubeObject) -> Bool {
        guard namespace.isEmpty || stored.namespace == namespace else { return false }
        guard options.labelSelector.matches(stored) else { return false }
        return options.fieldSelector.isEverything || options.fieldSelector.matches(stored.converted(to: resource))
    }

    /// The watch cache answers revision 0 and gives all of it.
    private var isUnlimited: Bool { options.resourceVersion == "0" && options.resourceVersionMatch.isEmpty }

    private func snapshot() throws(StatusError) -> ([KubeObject], Int64, String) {
        let table = ObjectConversion.table(of: resource)
        if !options.continueToken.isEmpty {
            guard options.resourceVersion.isEmpty || options.resourceVersion == "0" else {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
            let token = try ContinueToken(options.continueToken)
            guard token.revision > 0 else {
                let (objects, revision) = machinery.store.list(table)
                return (objects, revision, token.start)
            }
            guard let objects = machinery.store.snapshot(table, at: token.revision) else { throw expired(token) }
            return (objects, token.revision, token.start)
        }
        let (objects, current) = machinery.store.list(table)
        guard let asked = try ObjectReader.revision(options.resourceVersion), asked > 0 else {
            return (objects, current, "")
        }
        guard asked <= current else { throw .tooLargeResourceVersion(asked: asked, current: current) }
        let isExact =
            options.resourceVersionMatch == "Exact" || (options.resourceVersionMatch.isEmpty && options.limit > 0)
        guard isExact else { return (objects, current, "") }
        guard let past = machinery.store.snapshot(table, at: asked) else {
            throw .expired("The resourceVersion for the provided list is too old.")
        }
        return (past, asked, "")
    }

    /// The number in a resourceVersion; nil when it is empty.
    static func revision(_ text: String) throws(StatusError) -> Int64? {
        guard !text.isEmpty else { return nil }
        guard let value = Int64(text), value >= 0 else {
            let quoted = StatusError.quoted(text)
            throw .badRequest(
                "invalid resource version: resourceVersion: Invalid value: \(quoted): strconv.ParseUint: parsing "
                    + "\(quoted): invalid syntax"
            )
        }
        return value
    }

    private func expired(_ token: ContinueToken) -> StatusError {
        var error = StatusError.expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list "
                + "without the continue parameter, or use the continue token in this response to retrieve the remainder "
                + "of the results. Continuing with the provided token results in an inconsistent list - objects that were "
                + "created, modified, or deleted between the time the first chunk was returned and now may show up in "
                + "the list."
        )
        error.continueToken = ContinueToken(revision: -1, start: token.start).text
        return error
    }
}

extension ObjectReader.Page {
    /// The list's `metadata`.
    var metadata: JSON {
        var result: JSON = ["resourceVersion": .string(String(revision))]
        if !continueToken.isEmpty { result["continue"] = .string(continueToken) }
        if let remaining { result["remainingItemCount"] = .int(Int64(remaining)) }
        return result
    }
}
