// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import SyncRender
import Testing

/// The shared check of what must hold whatever goes wrong: every test of a fault ends with it.
extension Scene {
    /// Objects that are not ours and must survive whatever the test does, with the UIDs they have.
    package struct Bystanders: Sendable {
        fileprivate let uids: [String: String]
    }

    /// Puts objects of other people into the test's namespace, one with our label copied onto it. The namespace must exist
    /// or is made.
    package func plantBystanders() async throws -> Bystanders {
        if try await client.get(CoreResources.namespaces, namespace: "", name: namespace) == nil {
            let space = try KubeObject([
                "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)],
            ])
            _ = try await client.create(space, in: CoreResources.namespaces, fieldManager: "somebody")
        }
        var uids: [String: String] = [:]
        for (name, labels) in [
            ("bystander", JSON.object(JSONObject())),
            ("bystander-labelled", [ApplySet.partOfLabel: .string(project.applySet.id)]),
        ] {
            let object = try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": ["name": .string(name), "namespace": .string(namespace), "labels": labels],
                "data": ["whose": "somebody else's"],
            ])
            uids[name] = try await client.create(object, in: CoreResources.configMaps, fieldManager: "somebody").object
                .uid
        }
        return Bystanders(uids: uids)
    }

    /// Checks the promises when all faults are over.
    ///
    /// Passes are made until one finds nothing to do, five at most; then: live equals desired for every declared field,
    /// everything that we applied is in the inventory with its UID and nothing else is, every write that the cluster saw
    /// has an intent and an outcome, the chain is intact, bystanders live, a further pass writes nothing, and the canary
    /// is nowhere but in the cluster and the repository.
    ///
    /// - Parameters:
    ///   - bystanders: What ``plantBystanders()`` planted.
    ///   - stuck: Names of objects that cannot be brought to what git says even without faults, by the test's design; nothing
    ///     is asked of them, and passes may go on trying.
    ///   - hasOtherHistories: Whether processes of the test kept their histories where the scene cannot see them.
    ///   - edit: The same edit of the project as the test's own passes had.
    ///   - breaking: What a test of this check breaks by hand between the last pass and the looking.
    ///   - sourceLocation: Where the test stands.
    /// - Throws: What reading the cluster, the repository or the history throws.
    package func checkPromises(
        bystanders: Bystanders? = nil,
        stuck: Set<String> = [],
        hasOtherHistories: Bool = false,
        edit: (inout Project) -> Void = { _ in },
        breaking: () async throws -> Void = {},
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        // Kept before the last pass is counted alone: every write of the whole test must have its row.
        let requests = try await settle(stuck: stuck, edit: edit, sourceLocation)
        try await breaking()
        let prepared = try await reconciler(edit: edit).preparer.prepare(marks: [:])
        try await checkLiveIsDesired(prepared, stuck: stuck, sourceLocation)
        try await checkInventory(prepared, stuck: stuck, sourceLocation)
        try await checkAudit(prepared.catalog, hasOtherHistories ? [] : requests, sourceLocation)
        try await checkRollouts(
            prepared.rendered,
            hasOtherHistories ? [] : requests,
            try await histories(),
            sourceLocation
        )
        try await check(bystanders, sourceLocation)
        try await checkNoSecretLeft(sourceLocation)
    }

    /// Makes passes until one has nothing to do, and then one more, by another reconciler, that must write nothing. Gives
    /// the requests before that one.
    private func settle(
        stuck: Set<String>,
        edit: (inout Project) -> Void,
        _ sourceLocation: SourceLocation
    ) async throws -> [RecordedRequest] {
        for _ in 0..<5 {
            let outcome = try await sync(edit: edit)
            let counts = PassOutcome.counts(of: outcome.objects.filter { !stuck.contains($0.id.name) })
            let isQuiet = counts.created + counts.configured + counts.pruned + counts.failed == 0
            if isQuiet, stuck.isEmpty ? [.succeeded, .held].contains(outcome.outcome) : outcome.failure == nil {
                break
            }
        }
        let requests = embedded?.faults.requests ?? []
        embedded?.faults.forgetRequests()
        let last = try await sync(edit: edit)
        let detail = "\(last.outcome) \(last.failure?.message ?? "") \(last.objects.compactMap(\.error).prefix(3))"
        if stuck.isEmpty {
            #expect(
                [.succeeded, .held].contains(last.outcome),
                "does not settle: \(detail)",
                sourceLocation: sourceLocation
            )
            if let embedded {
                let writes = embedded.faults.requests.filter { $0.isWrite && $0.isFromOperator }
                    .map { "\($0.method) \($0.path)" }
                #expect(writes == [], "a second pass writes", sourceLocation: sourceLocation)
            }
        }
        let unsettled = last.objects.filter {
            ![.unchanged, .skipped].contains($0.action) && !stuck.contains($0.id.name)
        }
        #expect(unsettled.isEmpty, "a second pass changes \(unsettled.map(\.id))", sourceLocation: sourceLocation)
        return requests
    }

    private func checkLiveIsDesired(
        _ prepared: PreparedPass,
        stuck: Set<String>,
        _ sourceLocation: SourceLocation
    ) async throws {
        for item in prepared.rendered.objects where !stuck.contains(item.object.name) {
            guard case .served(let resource) = prepared.catalog.lookup(item.object.gvk) else {
                Issue.record("\(item.object.id) is not served", sourceLocation: sourceLocation)
                continue
            }
            let written = item.object.namespace
            let space = written.isEmpty ? (project.policy.targetNamespace) : written
            let live = try await client.get(
                resource,
                namespace: resource.isNamespaced ? (space.isEmpty ? "default" : space) : "",
                name: item.object.name
            )
            guard let live else {
                Issue.record("\(item.object.id) is missing", sourceLocation: sourceLocation)
                continue
            }
            // An undone rollout may pin an image that git names by its tag.
            let declared = ImagePins(of: live).applied(to: item.object)
            let difference = Scene.difference(declared.json, live.json, at: "")
            #expect(difference == nil, "\(item.object.id) is not as git says", sourceLocation: sourceLocation)
        }
    }

    /// The first path where a declared value is not live. Lists are compared element by element as far as both go; a
    /// `stringData` is looked up in `data`, and a namespace or a status that git does not decide is passed over. An empty
    /// map or list may be left out by the server.
    private static func difference(_ declared: JSON, _ live: JSON?, at path: String) -> String? {
        if live == nil, declared.object?.isEmpty == true || declared.array?.isEmpty == true { return nil }
        switch declared {
        case .object(let members):
            guard case .object(let there)? = live else { return "\(path): \(String(describing: live))" }
            for member in members {
                if path.isEmpty, ["status", "apiVersion"].contains(member.key) { continue }
                if path.isEmpty, member.key == "stringData" {
                    for entry in member.value.object ?? JSONObject() {
                        let text = Data((entry.value.string ?? "").utf8).base64EncodedString()
                        if there["data"]?[entry.key]?.string != text { return "stringData.\(entry.key)" }
                    }
                    continue
                }
                if member.value == .null { continue }
                if let found = difference(member.value, there[member.key], at: "\(path).\(member.key)") { return found }
            }
            return nil
        case .array(let elements):
            guard case .array(let there)? = live, there.count >= elements.count else {
                return "\(path): \(String(describing: live))"
            }
            for (index, element) in elements.enumerated() {
                let key = element["name"]
                let match = key == nil ? there[index] : there.first { $0["name"] == key }
                if let found = difference(element, match, at: "\(path)[\(index)]") { return found }
            }
            return nil
        default:
            if declared == live { return nil }
            // Quantities may be written in another way by the server.
            if path.contains("resources.") || path.hasSuffix("storage") || path.hasSuffix("averageValue") {
                return nil
            }
            return "\(path): \(declared) is \(String(describing: live))"
        }
    }

    /// Everything that bears our manager's fields is a member with its UID, and every member is there.
    private func checkInventory(
        _ prepared: PreparedPass,
        stuck: Set<String>,
        _ sourceLocation: SourceLocation
    ) async throws {
        let members = prepared.inventory.members
        var seen: Set<ObjectID> = []
        for resource in prepared.catalog.resources where resource.verbs.isSuperset(of: ["list", "delete"]) {
            let list = try await client.list(resource)
            for object in list.objects {
                let isApplied = object.managedFields.contains {
                    $0.manager == FieldManager.main && $0.operation == .apply
                }
                // A shared cluster may hold other tests' projects; ours are told by the label.
                // What another tool has marked as its own since is not ours any more, whatever label it still bears.
                guard isApplied, Ownership.of(object, for: project.applySet) == .ours,
                    object.deletionTimestamp == nil
                else { continue }
                seen.insert(object.id)
                #expect(
                    members[object.id]?.uid == object.uid,
                    "\(object.id) is ours and not so in the inventory",
                    sourceLocation: sourceLocation
                )
            }
        }
        let lost = members.keys.filter { !seen.contains($0) && !stuck.contains($0.name) }
        #expect(lost.isEmpty, "in the inventory and not there: \(lost)", sourceLocation: sourceLocation)
    }

    /// Every write that the operator asked the cluster for, creations and deletions too, has a row that said so before,
    /// every row has an end, and the chain holds.
    private func checkAudit(
        _ catalog: APICatalog,
        _ requests: [RecordedRequest],
        _ sourceLocation: SourceLocation
    ) async throws {
        let rows = try await auditedWrites(catalog, sourceLocation)
        if case .intact = try await history.verify() {
        } else {
            Issue.record("the audit chain is broken", sourceLocation: sourceLocation)
        }
        let served = Set(
            catalog.resources.map { AuditedWrites.withoutVersion($0.path(namespace: "", name: "")) }
        )
        for request in requests where request.isWrite && request.isFromOperator {
            // The inventory is checked by itself; leases and Events are not audited.
            let isOwn = request.path.contains("/namespaces/\(project.namespace)")
            let isUnaudited = ["/leases", "/events"].contains(request.collection)
            // Of a kind that is gone again nobody can tell the path.
            let isServed = served.contains { $0.hasSuffix(request.collection) }
            guard !isOwn, !isUnaudited, isServed else { continue }
            #expect(
                rows.hold(request),
                "no row for \(request.method) \(request.path)",
                sourceLocation: sourceLocation
            )
        }
    }

    /// What all histories said would be written. A row without an end is an issue.
    private func auditedWrites(
        _ catalog: APICatalog,
        _ sourceLocation: SourceLocation
    ) async throws -> AuditedWrites {
        var rows = AuditedWrites()
        for (index, history) in try await histories().enumerated() {
            for run in try await history.runs(limit: 1_000) {
                for mutation in try await history.detail(run.id)?.mutations ?? [] {
                    // A process that a test has killed leaves open ends behind until the next one starts.
                    #expect(
                        mutation.ending != .open || index > 0,
                        "run \(run.id): \(mutation.verb) \(mutation.id) has no outcome",
                        sourceLocation: sourceLocation
                    )
                    for resource in catalog.resources where resource.gvk.groupKind == mutation.id.groupKind {
                        rows.insert(mutation.verb, of: mutation.id, in: resource)
                    }
                }
            }
        }
        return rows
    }

    /// The scene's own history, and those that processes of the binary keep below the scene's folder.
    private func histories() async throws -> [History] {
        var all = [history]
        let root = URL(filePath: folder)
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            let parent = file.deletingLastPathComponent()
            guard file.lastPathComponent == "history.sqlite", parent.lastPathComponent != "history" else { continue }
            all.append(try await History.open(folder: parent.path(percentEncoded: false), mode: .inspect))
        }
        return all
    }

    private func check(_ bystanders: Bystanders?, _ sourceLocation: SourceLocation) async throws {
        for (name, uid) in bystanders?.uids ?? [:] {
            let live = try await liveConfigMap(name)
            #expect(live?.uid == uid, "\(name) is not ours and was touched", sourceLocation: sourceLocation)
            let data = live?.json["data"]
            #expect(data == ["whose": "somebody else's"], "\(name) was changed", sourceLocation: sourceLocation)
        }
    }

    /// The canary, as written and in Base64, is in no line that was said and in no byte that was stored outside the
    /// repository and its mirror.
    ///
    /// - Throws: What reading a file throws.
    package func checkNoSecretLeft(_ sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let forms = [canary, Data(canary.utf8).base64EncodedString()]
        for form in forms {
            let isSaid = log.text.contains(form)
            #expect(!isSaid, "a secret was said", sourceLocation: sourceLocation)
        }
        let root = URL(filePath: folder)
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isRegularFileKey])
        while let file = files?.nextObject() as? URL {
            let path = file.path(percentEncoded: false)
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true,
                !path.contains("repository.git"), !path.contains("/mirrors/")
            else { continue }
            let bytes = try Data(contentsOf: file)
            for form in forms {
                let isStored = bytes.range(of: Data(form.utf8)) != nil
                #expect(!isStored, "a secret was stored in \(file.lastPathComponent)", sourceLocation: sourceLocation)
            }
        }
    }
}
