// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import KubeObjects
import SyncPlan

/// The life of one object, drawn at random: what git declares, what the server has, who else writes. The server is the
/// embedded cluster's server-side apply, which knows the schemas and shares nothing with the comparison.
struct RandomWorld {
    /// Kinds with every sort of list, map and scalar.
    static let kinds: [(String, String)] = [
        ("apps/v1", "Deployment"), ("v1", "Service"), ("v1", "ConfigMap"), ("v1", "Secret"),
        ("networking.k8s.io/v1", "NetworkPolicy"), ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("rbac.authorization.k8s.io/v1", "Role"), ("batch/v1", "CronJob"), ("networking.k8s.io/v1", "Ingress"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"), ("policy/v1", "PodDisruptionBudget"),
        ("apps/v1", "StatefulSet"), ("v1", "ServiceAccount"), ("v1", "PersistentVolumeClaim"),
    ]

    let schema: KindSchema
    private var objects: RandomObjects
    private var clock = 0
    /// What git says now.
    private(set) var declared: JSON
    /// What was applied last.
    private(set) var applied: JSON
    private(set) var live: JSON

    /// Nil when the server would not take the first manifest.
    init?(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let (apiVersion, kind) = numbers.pick(Self.kinds)
        guard let schema = SchemaCatalog.schema(for: GroupVersionKind(apiVersion: apiVersion, kind: kind)) else {
            return nil
        }
        self.schema = schema
        objects = RandomObjects(schema: schema, numbers: numbers)
        declared = Self.sent(objects.manifest())
        applied = declared
        live = .null
        guard let first = serverApply(declared, over: nil, manager: "sternpost") else { return nil }
        live = first
    }

    /// The document as it is sent.
    private static func sent(_ manifest: JSON) -> JSON {
        (try? KubeObject(manifest)).map { SecretText.normalized($0).json } ?? manifest
    }

    /// What the server would have after an apply; nil when it refuses.
    func serverApply(_ document: JSON, over live: JSON?, manager: String) -> JSON? {
        try? ServerSideApply.apply(
            live: live,
            applied: document,
            schema: schema,
            writer: Writer(manager: manager, time: time),
            force: true
        )
    }

    private var time: String { "2026-11-28T10:\(clock / 10)\(clock % 10):00Z" }

    mutating func applyDeclared() -> Bool {
        clock += 1
        guard let next = serverApply(declared, over: live, manager: "sternpost") else { return false }
        (live, applied) = (next, declared)
        return true
    }

    /// One thing happens: a commit, a patch by hand, an apply of somebody else. What the server refuses does not happen.
    mutating func happen(_ event: Int) {
        clock += 1
        switch event {
        case 0: declared = Self.sent(objects.changed(declared))
        case 1:
            let document = Self.sent(
                objects.numbers.isChosen(oneIn: 2) ? objects.changed(declared) : objects.manifest()
            )
            if let next = serverApply(document, over: live, manager: "helm") { live = next }
        default:
            var edited = objects.changed(live)
            edited["status"] = live["status"]
            guard let decoded = try? TypedDecoder.decode(edited, schema: schema) else { return }
            live = ManagedFieldsUpdater.unchanged(
                before: live,
                after: ManagedFieldsUpdater.update(
                    before: live,
                    after: Defaulter.apply(to: decoded, schema: schema),
                    schema: schema,
                    writer: Writer(manager: objects.numbers.pick(["kubectl-patch", "controller"]), time: time)
                )
            )
        }
    }

    mutating func event() -> Int { Int.random(in: 0..<4, using: &objects.numbers) }

    mutating func eventCount() -> Int { Int.random(in: 0...3, using: &objects.numbers) }

    /// Whether an item of a list, declared or live, states nothing or an empty text of what names it. The server may name it
    /// by a default then, so that two declared items are one or each apply adds one more; only a schema could tell. All that
    /// can be asked of the comparison is to tell it as changed.
    var leavesNamesOpen: Bool { [declared, live].contains { Self.leavesNamesOpen($0, schema.root) } }

    private static func leavesNamesOpen(_ value: JSON, _ node: SchemaNode) -> Bool {
        switch (node.resolved, value) {
        case (.structure(let structure), .object(let members)):
            return members.contains { member in
                structure.fields[member.key].map { leavesNamesOpen(member.value, $0.node) } ?? false
            }
        case (.map(let inner, _), .object(let members)):
            return members.contains { leavesNamesOpen($0.value, inner) }
        case (.list(let list), .array(let items)):
            return items.contains { isNamedByNothing($0, list) || leavesNamesOpen($0, list.item) }
        default: return false
        }
    }

    private static func isNamedByNothing(_ item: JSON, _ list: SchemaList) -> Bool {
        guard case .map(let keys) = list.kind else { return false }
        return keys.contains { key in
            guard let name = item[key] else { return list.item.structure?.fields[key]?.keyDefault == nil }
            return name.isNull || name == ""
        }
    }

    /// An object without what says who owns it, and with sets in one order, because their order means nothing.
    func values(_ object: JSON) -> JSON {
        var result = object
        result[["metadata", "managedFields"]] = nil
        return Self.sorted(result, schema.root)
    }

    private static func sorted(_ value: JSON, _ node: SchemaNode) -> JSON {
        switch (node.resolved, value) {
        case (.structure(let structure), .object(let members)):
            return .object(
                JSONObject(
                    members.map { member in
                        let inner = structure.fields[member.key]?.node ?? .untyped
                        return .init(key: member.key, value: sorted(member.value, inner))
                    }
                )
            )
        case (.map(let inner, _), .object(let members)):
            return .object(JSONObject(members.map { .init(key: $0.key, value: sorted($0.value, inner)) }))
        case (.list(let list), .array(let items)):
            let inner = items.map { sorted($0, list.item) }
            guard list.kind == .set else { return .array(inner) }
            return .array(inner.sorted { $0.text.precedesInByteOrder($1.text) })
        default: return value
        }
    }
}
