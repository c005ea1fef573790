// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import Foundation
import KubeObjects

extension ObjectWriter {
    /// Creates the object that a body describes.
    func create(_ body: RequestBody) throws(StatusError) -> Outcome {
        var json = try decode(body)
        wipeSystemFields(of: &json)
        try setNamespace(of: &json)
        dropDuplicateOwners(of: &json)
        json = ManagedFieldsUpdater.update(before: nil, after: json, schema: schema, writer: writer)
        return try insert(json)
    }

    /// Stores a new object whose managedFields are set: admission, initial state, validation.
    func insert(_ given: JSON) throws(StatusError) -> Outcome {
        var json = given
        let base = json["metadata"]?["generateName"]?.string ?? ""
        let generatesName = (json["metadata"]?["name"]?.string ?? "").isEmpty && !base.isEmpty
        try checkNamespace(for: json)
        json[["metadata", "uid"]] = .string(UUID().uuidString.lowercased())
        json[["metadata", "creationTimestamp"]] = .string(ClusterTime.now.text)
        json[["metadata", "generation"]] = resource.hasGeneration ? 1 : nil
        for _ in 1..<NameGenerator.attempts where generatesName {
            json[["metadata", "name"]] = .string(NameGenerator.name(base: base))
            if machinery.store.object(key(of: json)) == nil { break }
        }
        json = try admit(InitialState.reset(json, resource), before: nil)
        json = try canonical(json)
        try validateNew(json)
        do throws(StoreError) {
            return Outcome(object: try store(new: json), isCreated: true)
        } catch {
            let name = json["metadata"]?["name"]?.string ?? ""
            throw generatesName
                ? .noUniqueName(resource.groupResource, name) : .alreadyExists(resource.groupResource, name)
        }
    }

    private func key(of json: JSON) -> ObjectKey {
        resource.key(namespace: namespace, name: json["metadata"]?["name"]?.string ?? "")
    }

    private func validateNew(_ json: JSON) throws(StatusError) {
        let name = json["metadata"]?["name"]?.string ?? ""
        try refuse(
            MetadataRules.findings(json, resource) + ObjectValidator.validateCreate(json, schema: schema),
            name: name
        )
        if json["metadata"]?["resourceVersion"]?.string.map({ !$0.isEmpty }) == true {
            throw .unforeseen("resourceVersion should not be set on objects to be created")
        }
    }

    private func store(new json: JSON) throws(StoreError) -> KubeObject {
        guard let object = try? KubeObject(json) else { throw .notFound }
        let key = key(of: json)
        if options.isDryRun {
            guard machinery.store.object(key) == nil else { throw .exists }
            return object
        }
        let stored = try machinery.store.create(object.stored(by: resource), at: key)
        machinery.didWrite(stored)
        return stored.converted(to: resource)
    }

    /// Drops what only the server may set.
    private func wipeSystemFields(of json: inout JSON) {
        for field in ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
            json[["metadata", field]] = nil
        }
    }

    /// Drops repeated owners and warns of them.
    func dropDuplicateOwners(of json: inout JSON) {
        guard let owners = json["metadata"]?["ownerReferences"]?.array else { return }
        var kept: [JSON] = []
        var dropped: [String] = []
        for owner in owners {
            if kept.contains(owner) { dropped.append(owner["uid"]?.string ?? "") } else { kept.append(owner) }
        }
        guard !dropped.isEmpty else { return }
        json[["metadata", "ownerReferences"]] = .array(kept)
        warnings.add([
            ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may "
                + "reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: "
                + dropped.joined(separator: ", ")
        ])
    }
}
