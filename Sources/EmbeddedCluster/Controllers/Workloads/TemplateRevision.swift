// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects

/// The ControllerRevisions of a StatefulSet or DaemonSet: one per pod template it has had.
struct TemplateRevision {
    static let hashKey = "controller-revision-hash"

    /// All revisions, the oldest first.
    private(set) var all: [KubeObject]
    /// The revision of the present template.
    let newest: KubeObject

    /// Finds or makes the revision of the owner's template.
    init(of owner: KubeObject, in context: ControllerContext) throws(StatusError) {
        let data: JSON = ["spec": ["template": TemplateRevision.marked(owner.spec?["template"])]]
        let existing = context.list(.controllerRevisions, controlledBy: owner)
            .sorted { TemplateRevision.number($0) < TemplateRevision.number($1) }
        let next = (existing.last.map(TemplateRevision.number) ?? 0) + 1
        if let found = existing.last(where: { $0.json["data"] == data }) {
            // A template that comes back becomes the newest again.
            if found.uid != existing.last?.uid {
                let key = ControllerResource.controllerRevisions.key(found.namespace, found.name)
                newest = try context.client.mutate(key) { $0["revision"] = .int(next) } ?? found
            } else {
                newest = found
            }
            let uid = newest.uid
            all = existing.filter { $0.uid != uid } + [newest]
            return
        }
        newest = try context.client.create(TemplateRevision.object(data, owner: owner, number: next))
        all = existing + [newest]
    }

    private static func marked(_ template: JSON?) -> JSON {
        var result = template ?? .object(JSONObject())
        result["$patch"] = "replace"
        return result
    }

    private static func object(_ data: JSON, owner: KubeObject, number: Int64) -> JSON {
        let hash = StableHash.suffix(of: data)
        var labels = owner.json["spec"]?["template"]?["metadata"]?["labels"] ?? .object(JSONObject())
        labels[TemplateRevision.hashKey] = .string(hash)
        return [
            "apiVersion": "apps/v1", "kind": "ControllerRevision",
            "metadata": [
                "name": .string("\(owner.name)-\(hash)"), "namespace": .string(owner.namespace), "labels": labels,
                "ownerReferences": [OwnerReference.controller(owner)],
            ],
            "data": data, "revision": .int(number),
        ]
    }

    private static func number(_ revision: KubeObject) -> Int64 { revision.json["revision"]?.int ?? 0 }

    /// The pod template of the revision with this name; nil when it is gone.
    func template(named name: String) -> JSON? {
        var template = all.first { $0.name == name }?.json["data"]?["spec"]?["template"]
        template?["$patch"] = nil
        return template
    }

    /// Deletes the oldest revisions that no pod uses, beyond `spec.revisionHistoryLimit`.
    func forgetOld(
        of owner: KubeObject,
        keeping used: Set<String>,
        in context: ControllerContext
    ) throws(StatusError) {
        let limit = Int(owner.spec?["revisionHistoryLimit"]?.int ?? 10)
        let unused = all.filter { $0.uid != newest.uid && !used.contains($0.name) }
        for revision in unused.dropLast(limit) {
            let key = ControllerResource.controllerRevisions.key(revision.namespace, revision.name)
            try context.client.delete(key, uid: revision.uid)
        }
    }
}
