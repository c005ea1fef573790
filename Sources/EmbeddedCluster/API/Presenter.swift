// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import KubeObjects
import YAMLText

/// Shows objects and lists in the form that a client asked for: whole, as tables or as partial metadata.
struct Presenter: Sendable {
    let resource: RegisteredResource
    let media: MediaChoice
    /// `includeObject` of a table request.
    let included: TableRenderer.IncludedObject

    init(_ resource: RegisteredResource, media: MediaChoice, query: QueryParameters) throws(StatusError) {
        self.resource = resource
        self.media = media
        let text = query["includeObject"] ?? ""
        guard let included = text.isEmpty ? .metadata : TableRenderer.IncludedObject(rawValue: text) else {
            throw .badRequest(
                "Unable to convert to Table as requested: includeObject: Invalid value: \(StatusError.quoted(text)): must be "
                    + "'Metadata', 'Object', 'None', or empty"
            )
        }
        self.included = included
    }

    /// The answer with one object, or with a `Status`, which stays as it is.
    func response(_ json: JSON, status: Int = 200) -> APIResponse {
        let isStatus = json["kind"]?.string == "Status" && json["apiVersion"]?.string == "v1"
        return write(isStatus ? json : one(json, hasColumns: true), status: status)
    }

    /// The answer with a page of a list.
    func response(_ page: ObjectReader.Page) -> APIResponse {
        let objects = page.objects.map(\.json)
        var metadata = page.metadata
        if resource.isCustom, metadata["continue"] == nil { metadata["continue"] = "" }
        let document: JSON
        switch media.form {
        case .table:
            document = inMetaVersion(renderer.table(of: objects, metadata: page.metadata))
        case .partialMetadata:
            document = [
                "kind": "PartialObjectMetadataList", "apiVersion": .string("meta.k8s.io/\(media.metaVersion)"),
                "metadata": page.metadata, "items": .array(objects.map(partial)),
            ]
        case .whole:
            document = [
                "kind": .string("\(resource.gvk.kind)List"), "apiVersion": .string(resource.gvk.apiVersion),
                "metadata": metadata, "items": .array(resource.isCustom ? objects : objects.map(untyped)),
            ]
        }
        return write(document, status: 200)
    }

    /// One object of a watch.
    func event(_ object: KubeObject, hasColumns: Bool) -> JSON { one(object.json, hasColumns: hasColumns) }

    /// The object of a bookmark: nothing but metadata.
    func bookmark(_ metadata: JSON) -> JSON {
        let empty: JSON = [
            "kind": .string(resource.gvk.kind), "apiVersion": .string(resource.gvk.apiVersion), "metadata": metadata,
        ]
        switch media.form {
        case .whole: return empty
        case .partialMetadata: return partial(empty)
        case .table:
            return inMetaVersion(
                renderer.table(
                    of: [empty],
                    metadata: ["resourceVersion": metadata["resourceVersion"] ?? ""],
                    hasColumns: false
                )
            )
        }
    }

    private var renderer: TableRenderer {
        TableRenderer(
            resource.gvk.groupKind,
            printerColumns: resource.isCustom ? resource.customColumns : nil,
            included: included,
            now: ClusterTime.now
        )
    }

    private func one(_ json: JSON, hasColumns: Bool) -> JSON {
        switch media.form {
        case .whole: return json
        case .partialMetadata: return partial(json)
        case .table:
            let metadata: JSON = ["resourceVersion": json["metadata"]?["resourceVersion"] ?? ""]
            return inMetaVersion(renderer.table(of: [json], metadata: metadata, hasColumns: hasColumns))
        }
    }

    private func partial(_ json: JSON) -> JSON {
        [
            "kind": "PartialObjectMetadata", "apiVersion": .string("meta.k8s.io/\(media.metaVersion)"),
            "metadata": json["metadata"] ?? [:],
        ]
    }

    /// An item of a built-in kind's list does not repeat its type.
    private func untyped(_ json: JSON) -> JSON {
        var json = json
        json["apiVersion"] = nil
        json["kind"] = nil
        return json
    }

    private func inMetaVersion(_ table: JSON) -> JSON {
        var table = table
        table["apiVersion"] = .string("meta.k8s.io/\(media.metaVersion)")
        return table
    }

    private func write(_ document: JSON, status: Int) -> APIResponse {
        var response = APIResponse.json(document, status: status)
        response.contentType = media.contentType
        if media.encoding == .yaml { response.body = .bytes(Array(YAMLText.emit(document).utf8)) }
        return response
    }
}
