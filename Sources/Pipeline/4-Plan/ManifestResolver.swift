// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender

/// Finds the place of every rendered object: its resource, its namespace, the label that makes it a member.
struct ManifestResolver {
    let catalog: APICatalog
    let applySet: ApplySet
    private let places: ManifestPlace
    private let border: ProjectBorder
    /// Kinds that the commit itself defines.
    private let defined: [GroupVersionKind: CustomResource.Place]

    init(
        rendered: RenderedSet,
        catalog: APICatalog,
        applySet: ApplySet,
        defaultNamespace: String,
        border: ProjectBorder = ProjectBorder()
    ) {
        self.border = border
        self.catalog = catalog
        self.applySet = applySet
        places = ManifestPlace(defaultNamespace: defaultNamespace)
        defined = CustomResource.places(definedIn: rendered.objects)
    }

    /// The identity that a manifest has in the cluster; nil when the cluster does not serve its kind now.
    func identity(of object: KubeObject) -> ObjectID? {
        guard case .served(let resource) = catalog.lookup(object.gvk) else { return nil }
        return places.identity(of: object, as: resource)
    }

    /// The manifest with its place, or why it has none.
    ///
    /// - Parameters:
    ///   - item: The manifest.
    ///   - known: The content hash of this very manifest for one of its places, when it was computed before.
    /// - Returns: The document to send, or a refusal.
    func resolve(_ item: RenderedObject, known: KnownHash? = nil) -> Result<ResolvedManifest, Refusal> {
        let gvk = item.object.gvk
        switch catalog.lookup(gvk) {
        case .served(let resource): return place(item, known, resource: resource, definedBy: nil)
        case .unavailable(let reason):
            if let own = defined[gvk] { return place(item, known, resource: own.resource, definedBy: own.definition) }
            return refuse(
                item,
                .groupUnavailable,
                "the API group \(gvk.group) did not answer (\(reason)); it is tried again at the next pass"
            )
        case .unknown:
            if let own = defined[gvk] { return place(item, known, resource: own.resource, definedBy: own.definition) }
            return refuse(item, .unknownKind, "cannot be applied: \(unknownKindMessage(gvk))")
        }
    }

    private func unknownKindMessage(_ gvk: GroupVersionKind) -> String {
        let versions = catalog.versions(of: gvk.groupKind)
        if !versions.isEmpty {
            let served = versions.map { gvk.group.isEmpty ? $0 : "\(gvk.group)/\($0)" }.joined(separator: ", ")
            return "the cluster does not serve \(gvk.kind) in \(gvk.apiVersion); it serves \(served): change apiVersion"
        }
        let elsewhere = catalog.resources.filter { $0.gvk.kind == gvk.kind }.map(\.gvk.apiVersion).sorted()
        if let first = elsewhere.first {
            return "there is no kind \(gvk.kind) in \(gvk.apiVersion); did you mean apiVersion: \(first)?"
        }
        return "no API group of the cluster serves \(gvk.kind) in \(gvk.apiVersion); "
            + "install its CustomResourceDefinition first, or correct apiVersion and kind"
    }

    private func place(
        _ item: RenderedObject,
        _ known: KnownHash?,
        resource: APIResource,
        definedBy: ObjectID?
    ) -> Result<ResolvedManifest, Refusal> {
        var object = places.placed(SecretText.normalized(item.object), as: resource)
        if let objection = border.objection(to: object) {
            return refuse(RenderedObject(object: object, origin: item.origin), .forbidden, objection.text)
        }
        if let problem = SyncAnnotation.problem(object) {
            return refuse(RenderedObject(object: object, origin: item.origin), .invalid, problem)
        }
        // The rules of an aggregated role are filled in by a controller.
        if object.json["aggregationRule"] != nil, object.json["rules"]?.array?.isEmpty == true {
            object.json["rules"] = nil
        }
        object.json[["metadata", "labels", ApplySet.partOfLabel]] = .string(applySet.id)
        let id = object.id
        let hash = known.flatMap { $0.id == id ? $0.text : nil }
        return .success(
            ResolvedManifest(
                id: id,
                object: object,
                resource: resource,
                origin: item.origin,
                contentHash: hash ?? ResolvedManifest.contentHash(of: object),
                definedBy: definedBy
            )
        )
    }

    private func refuse(
        _ item: RenderedObject,
        _ reason: RefusedObject.Reason,
        _ message: String
    ) -> Result<ResolvedManifest, Refusal> {
        .failure(
            Refusal(
                object: RefusedObject(
                    id: item.object.id,
                    apiVersion: item.object.gvk.apiVersion,
                    origin: item.origin,
                    reason: reason,
                    message: message
                )
            )
        )
    }
}

/// A refusal as the failure of a `Result`.
struct Refusal: Error { let object: RefusedObject }
