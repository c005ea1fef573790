// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import KubeObjects

extension ObjectWriter {
    /// Replaces the object by what a body describes.
    func update(_ name: String, _ body: RequestBody) throws(StatusError) -> Outcome {
        var json = try decode(body)
        try setNamespace(of: &json)
        try checkName(of: json, is: name)
        dropDuplicateOwners(of: &json)
        return try change(name, createsWhenAbsent: options.subresource.isEmpty && rules.createsOnUpdate) { live in
            ManagedFieldsUpdater.update(before: live?.json, after: json, schema: schema, writer: writer)
        }
    }

    /// Reads the object, makes a new one of it and stores that; again from the start when somebody else wrote in between.
    ///
    /// - Parameters:
    ///   - name: The object's name.
    ///   - createsWhenAbsent: Whether an absent object is made of nothing instead of refused.
    ///   - make: Makes the new object, with its managedFields, of the live one in the version of the request.
    /// - Returns: The object as stored, or as it would be stored.
    /// - Throws: What `make` throws; 404, 409 and 422 as the real server.
    func change(
        _ name: String,
        createsWhenAbsent: Bool = false,
        _ make: (KubeObject?) throws(StatusError) -> JSON
    ) throws(StatusError) -> Outcome {
        let key = resource.key(namespace: namespace, name: name)
        while true {
            guard let stored = machinery.store.object(key) else {
                guard createsWhenAbsent else { throw .notFound(resource.groupResource, name) }
                let outcome = try created(name, make)
                if let outcome { return outcome }
                continue
            }
            let live = stored.converted(to: resource)
            let next = try prepared(try make(live), live: live)
            if isUnchanged(next, live) { return Outcome(object: live, isCreated: false) }
            if options.isDryRun { return Outcome(object: try object(next), isCreated: false) }
            do throws(StoreError) {
                return Outcome(object: try commit(next, over: stored, at: key), isCreated: false)
            } catch {
                continue
            }
        }
    }

    /// Creates what `make` makes of nothing; nil when somebody else was faster.
    private func created(
        _ name: String,
        _ make: (KubeObject?) throws(StatusError) -> JSON
    ) throws(StatusError) -> Outcome? {
        var json = try make(nil)
        if let uid = json["metadata"]?["uid"]?.string, !uid.isEmpty {
            throw .conflict(
                resource.groupResource,
                name,
                "uid mismatch: the provided object specified uid \(uid), and no existing object was found"
            )
        }
        json[["metadata", "resourceVersion"]] = nil
        do throws(StatusError) {
            return try insert(json)
        } catch  where error.reason == "AlreadyExists" {
            return nil
        }
    }

    /// The new object as it would be stored: system fields kept, the other half of the object kept, admitted, validated.
    private func prepared(_ given: JSON, live: KubeObject) throws(StatusError) -> JSON {
        var json = given
        try checkPreconditions(json, live: live)
        json = try admit(json, before: live)
        keepSystemFields(of: &json, live: live)
        json = UpdateRules(resource, subresource: options.subresource).merge(json, over: live.json)
        json = try canonical(json)
        if countsGeneration(json, live: live) {
            json[["metadata", "generation"]] = .int((live.generation ?? 0) + 1)
        }
        let errors =
            MetadataRules.updateFindings(json, live.json, resource)
            + ObjectValidator.validateUpdate(
                old: live.json,
                new: json,
                schema: schema,
                subresource: options.subresource
            )
        try refuse(errors, name: live.name)
        return json
    }

    private func checkPreconditions(_ json: JSON, live: KubeObject) throws(StatusError) {
        if let uid = json["metadata"]?["uid"]?.string, !uid.isEmpty, let existing = live.uid, uid != existing {
            throw .conflict(
                resource.groupResource,
                live.name,
                "StorageError: invalid object, Code: 4, Key: \(storagePath(live)), ResourceVersion: 0, "
                    + "AdditionalErrorMsg: Precondition failed: UID in precondition: \(uid), UID in object meta: "
                    + existing
            )
        }
        let version = json["metadata"]?["resourceVersion"]?.string ?? ""
        if version.isEmpty {
            guard rules.needsResourceVersion else { return }
            throw .invalid(
                GroupKind(group: resource.gvk.group, kind: resource.plural),
                live.name,
                [
                    .init(
                        reason: "FieldValueInvalid",
                        message: "Invalid value: 0: must be specified for an update",
                        field: "metadata.resourceVersion"
                    )
                ]
            )
        }
        guard UInt64(version) != nil else {
            throw .unforeseen("strconv.ParseUint: parsing \(StatusError.quoted(version)): invalid syntax")
        }
        guard version == live.resourceVersion else { throw .modified(resource.groupResource, live.name) }
    }

    /// Where etcd would keep the object.
    private func storagePath(_ object: KubeObject) -> String {
        let folders = ["services": "services/specs", "endpoints": "services/endpoints", "ingresses": "ingress"]
        let folder =
            resource.isCustom ? "\(resource.gvk.group)/\(resource.plural)" : folders[resource.plural] ?? resource.plural
        return (["/registry", folder] + [object.namespace, object.name].filter { !$0.isEmpty }).joined(separator: "/")
    }

    /// Takes from the live object what no update may change.
    private func keepSystemFields(of json: inout JSON, live: KubeObject) {
        for field in ["uid", "creationTimestamp", "generation", "resourceVersion", "selfLink"] {
            json[["metadata", field]] = live.metadata[field]
        }
        if let deletion = live.deletionTimestamp {
            json[["metadata", "deletionTimestamp"]] = .string(deletion)
            if json["metadata"]?["deletionGracePeriodSeconds"] == nil {
                json[["metadata", "deletionGracePeriodSeconds"]] = live.metadata["deletionGracePeriodSeconds"]
            }
        } else {
            json[["metadata", "deletionTimestamp"]] = nil
            json[["metadata", "deletionGracePeriodSeconds"]] = nil
        }
    }

    /// Whether the change is one that `metadata.generation` counts.
    private func countsGeneration(_ json: JSON, live: KubeObject) -> Bool {
        guard resource.hasGeneration, options.subresource != "status" else { return false }
        let isDeployment = resource.gvk.groupKind == GroupKind(group: "apps", kind: "Deployment")
        if isDeployment, json["metadata"]?["annotations"] != live.metadata["annotations"] { return true }
        return specification(of: json) != specification(of: live.json)
    }

    /// All of an object but its metadata and, where it is written elsewhere, its status.
    private func specification(of json: JSON) -> JSON {
        var result = json
        for field in ["apiVersion", "kind", "metadata"] { result[field] = nil }
        if resource.hasStatus { result["status"] = nil }
        return result
    }

    /// Whether nothing but times in managedFields differ.
    private func isUnchanged(_ next: JSON, _ live: KubeObject) -> Bool {
        if next == live.json { return true }
        func withoutTimes(_ json: JSON) -> JSON {
            var result = json
            guard let entries = json["metadata"]?["managedFields"]?.array else { return result }
            result[["metadata", "managedFields"]] = .array(
                entries.map { entry in
                    var entry = entry
                    entry["time"] = nil
                    return entry
                }
            )
            return result
        }
        return withoutTimes(next) == withoutTimes(live.json)
    }

    /// Stores the new object, or removes it when the last finalizer of a deleted object went.
    private func commit(_ next: JSON, over stored: KubeObject, at key: ObjectKey) throws(StoreError) -> KubeObject {
        guard let object = try? KubeObject(next) else { throw .notFound }
        let replacement = object.stored(by: resource)
        if Finalization.isComplete(replacement), !Finalization.isComplete(stored) {
            try machinery.store.remove(stored, as: replacement, at: key)
            machinery.didWrite(stored)
            return object
        }
        let result = try machinery.store.replace(stored, with: replacement, at: key)
        machinery.didWrite(result)
        return result.converted(to: resource)
    }

    /// Refuses a body whose name is not that of the path.
    func checkName(of json: JSON, is name: String) throws(StatusError) {
        let given = json["metadata"]?["name"]?.string ?? ""
        guard !given.isEmpty else {
            throw .badRequest(
                "the name of the object (\(name) based on URL) was undeterminable: name must be provided"
            )
        }
        guard given == name else {
            throw .badRequest("the name of the object (\(given)) does not match the name on the URL (\(name))")
        }
    }

    /// The object as the server's types write it.
    func canonical(_ json: JSON) throws(StatusError) -> JSON {
        let decoded = try refusing(name: json["metadata"]?["name"]?.string ?? "") { () throws(RequestRefusal) in
            try TypedDecoder.decode(json, schema: schema)
        }
        return Defaulter.apply(to: decoded, schema: schema)
    }
}
