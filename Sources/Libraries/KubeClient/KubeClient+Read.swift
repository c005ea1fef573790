// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects

extension KubeClient {
    /// One object, or nil when the server says that there is none.
    ///
    /// Nil needs the server's own answer about this very name: a 404 of a path that is not served throws `notFound`.
    package func get(
        _ resource: APIResource,
        namespace: String,
        name: String
    ) async throws(KubeError) -> KubeObject? {
        let request = KubeRequest(path: try resource.checkedPath(namespace: namespace, name: name))
        do throws(KubeError) {
            return try await perform(request) { (answer) throws(KubeError) in
                try KubeDocument.object(answer, to: request, of: resource, name: name)
            }
        } catch {
            guard error.isAbsence(of: name) else { throw error }
            return nil
        }
    }

    /// All objects of a resource in one namespace or (empty) in all, from one snapshot.
    ///
    /// Pages are joined. When the snapshot is compacted away between two pages (410), the list starts again from
    /// nothing, in one piece. A page that failed is asked for again for as long as `patience` and the client's options
    /// allow.
    package func list(
        _ resource: APIResource,
        namespace: String = "",
        labelSelector: String = "",
        fieldSelector: String = "",
        metadataOnly: Bool = false,
        patience: RequestPatience? = nil
    ) async throws(KubeError) -> KubeList {
        let (objects, version) = try await list(
            resource,
            namespace: namespace,
            labelSelector: labelSelector,
            fieldSelector: fieldSelector,
            metadataOnly: metadataOnly,
            patience: patience,
            keeping: { $0 }
        )
        return KubeList(objects: objects, resourceVersion: version)
    }

    /// The same list for callers that need only a part of each object: `keep` is asked for each, page by page, so that
    /// no more than one page of whole objects is in memory. Nothing is kept of objects for which it says nil; after a
    /// restart of the list it is asked again.
    ///
    /// - Returns: What was kept, in the list's order, and the version from which a watch can go on.
    package func list<Kept>(
        _ resource: APIResource,
        namespace: String = "",
        labelSelector: String = "",
        fieldSelector: String = "",
        metadataOnly: Bool = false,
        patience: RequestPatience? = nil,
        keeping keep: (KubeObject) -> Kept?
    ) async throws(KubeError) -> (kept: [Kept], resourceVersion: String) {
        var request = KubeRequest(path: try resource.checkedPath(namespace: namespace))
        request.patience = patience
        if metadataOnly {
            request.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
        }
        if !labelSelector.isEmpty { request.query.append(("labelSelector", labelSelector)) }
        if !fieldSelector.isEmpty { request.query.append(("fieldSelector", fieldSelector)) }
        if let list = try await pagedList(request, of: resource, metadataOnly: metadataOnly, keep) { return list }
        let page = try await page(request, of: resource, metadataOnly: metadataOnly)
        guard page.token.isEmpty else {
            throw KubeError(
                reason: .protocolViolation,
                message: "the server cut a list that was asked for in one piece",
                request: request.display
            )
        }
        return (page.objects.compactMap(keep), page.resourceVersion)
    }

    /// Nil when the pages did not all come from one snapshot.
    private func pagedList<Kept>(
        _ base: KubeRequest,
        of resource: APIResource,
        metadataOnly: Bool,
        _ keep: (KubeObject) -> Kept?
    ) async throws(KubeError) -> (kept: [Kept], resourceVersion: String)? {
        var request = base
        request.query.append(("limit", String(options.pageSize)))
        let first = try await page(request, of: resource, metadataOnly: metadataOnly)
        var kept = first.objects.compactMap(keep)
        var token = first.token
        var (pages, bytes) = (1, first.bytes)
        while !token.isEmpty {
            guard pages < options.maxListPages, bytes <= options.maxListBytes else {
                throw KubeError(
                    reason: .tooLarge,
                    message: "the list does not end: \(pages) pages of \(bytes) bytes in all, and the server has more",
                    request: request.display
                )
            }
            var next = request
            next.query.append(("continue", token))
            do throws(KubeError) {
                let page = try await page(next, of: resource, metadataOnly: metadataOnly)
                guard page.resourceVersion == first.resourceVersion, page.token != token else { return nil }
                kept += page.objects.compactMap(keep)
                token = page.token
                pages += 1
                bytes += page.bytes
            } catch {
                guard error.reason == .expired else { throw error }
                countRetry()
                return nil
            }
        }
        return (kept, first.resourceVersion)
    }

    private func page(
        _ request: KubeRequest,
        of resource: APIResource,
        metadataOnly: Bool
    ) async throws(KubeError) -> KubeDocument.Page {
        try await perform(request) { (answer) throws(KubeError) in
            try KubeDocument.page(answer, to: request, of: resource, metadataOnly: metadataOnly)
        }
    }
}
