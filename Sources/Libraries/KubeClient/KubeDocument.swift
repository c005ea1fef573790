// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects

/// Turns bodies into checked values. An answer is one complete JSON document of the expected kind, or it is an error:
/// a cut body must never read as "fewer objects".
enum KubeDocument {
    /// The whole body as one JSON document.
    static func json(_ answer: HTTPResponse, to request: KubeRequest) throws(KubeError) -> JSON {
        try checkPlain(answer.head, to: request)
        do throws(JSONError) { return try JSONParser.parse(answer.body) } catch {
            throw .violation("no complete JSON document, \(error)", answer, to: request)
        }
    }

    /// We never ask for a compressed body, so one that is compressed all the same, by a proxy perhaps, is no answer: it
    /// would have to be unpacked, and a small one can unpack to any size.
    static func checkPlain(_ head: HTTPHead, to request: KubeRequest) throws(KubeError) {
        let encoding = head.header("Content-Encoding") ?? "identity"
        guard encoding.lowercased() == "identity" else {
            let answer = HTTPResponse(head: head, body: [])
            throw .violation("Content-Encoding \(encoding), which was not asked for", answer, to: request)
        }
    }

    /// A document whose `kind` is one of these.
    static func json(
        _ answer: HTTPResponse,
        to request: KubeRequest,
        kinds: Set<String>
    ) throws(KubeError) -> JSON {
        let json = try json(answer, to: request)
        let kind = json["kind"]?.string ?? ""
        guard kinds.contains(kind) else {
            let wanted = kinds.sorted().joined(separator: " or ")
            throw .violation("expected \(wanted), got \(kind.isEmpty ? "no kind" : kind)", answer, to: request)
        }
        return json
    }

    /// One object of the resource's kind and version, with the given name.
    static func object(
        _ answer: HTTPResponse,
        to request: KubeRequest,
        of resource: APIResource,
        name: String
    ) throws(KubeError) -> KubeObject {
        let json = try json(answer, to: request, kinds: [resource.gvk.kind])
        let object: KubeObject
        do throws(KubeObjectError) { object = try KubeObject(json) } catch {
            throw .violation("\(error)", answer, to: request)
        }
        guard object.gvk == resource.gvk, name.isEmpty || object.name == name else {
            throw .violation("it is another object, \(object.gvk) \(object.name)", answer, to: request)
        }
        return object
    }

    /// One page of a list.
    struct Page {
        let objects: [KubeObject]
        let resourceVersion: String
        /// Empty on the last page.
        let token: String
        /// The size of the answer's body.
        let bytes: Int
    }

    /// A token goes back in a URL; those of real servers have some hundred bytes.
    private static let maxTokenBytes = 64 << 10

    /// One page of the resource's list, or of its metadata-only form.
    static func page(
        _ answer: HTTPResponse,
        to request: KubeRequest,
        of resource: APIResource,
        metadataOnly: Bool
    ) throws(KubeError) -> Page {
        var kinds: Set = ["\(resource.gvk.kind)List"]
        if metadataOnly { kinds.insert("PartialObjectMetadataList") }
        let json = try json(answer, to: request, kinds: kinds)
        guard let version = json["metadata"]?["resourceVersion"]?.string, !version.isEmpty else {
            throw .violation("a list without metadata.resourceVersion", answer, to: request)
        }
        let items: [JSON]
        switch json["items"] {
        case .array(let elements): items = elements
        case .null: items = []
        default: throw .violation("a list without items", answer, to: request)
        }
        var objects: [KubeObject] = []
        objects.reserveCapacity(items.count)
        for item in items {
            guard let object = object(item, of: resource, metadataOnly: metadataOnly) else {
                throw .violation("an item is no \(resource.gvk)", answer, to: request)
            }
            objects.append(object)
        }
        let token = json["metadata"]?["continue"]?.string ?? ""
        guard token.utf8.count <= maxTokenBytes else {
            throw .violation("a continue token of \(token.utf8.count) bytes", answer, to: request)
        }
        return Page(objects: objects, resourceVersion: version, token: token, bytes: answer.body.count)
    }

    /// An item of a list, which may leave out what the list says already; nil when it is of another kind.
    private static func object(_ item: JSON, of resource: APIResource, metadataOnly: Bool) -> KubeObject? {
        var item = item
        if metadataOnly {
            let isPartial = item["kind"]?.string == "PartialObjectMetadata"
            guard isPartial || isOwn(item, resource), let metadata = item["metadata"] else { return nil }
            item = ["metadata": metadata]
        }
        guard isOwn(item, resource) else { return nil }
        if item["kind"] == nil { item["kind"] = .string(resource.gvk.kind) }
        if item["apiVersion"] == nil { item["apiVersion"] = .string(resource.gvk.apiVersion) }
        return try? KubeObject(item)  // nil is the answer: the caller reports it
    }

    private static func isOwn(_ item: JSON, _ resource: APIResource) -> Bool {
        (item["kind"]?.string ?? resource.gvk.kind) == resource.gvk.kind
            && (item["apiVersion"]?.string ?? resource.gvk.apiVersion) == resource.gvk.apiVersion
    }
}
