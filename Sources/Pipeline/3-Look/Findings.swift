// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

/// What the requests of one reading have shown so far.
struct Findings: Sendable {
    let scope: ReadScope
    /// Learns the values of the Secrets that are found.
    private let redactor: Redactor
    private(set) var objects: [ObjectID: LiveObject] = [:]
    private(set) var unreadable: [GroupKind: String] = [:]
    /// Kinds that were read in single namespaces only, because the whole cluster may not be listed.
    private(set) var narrowed: Set<GroupKind> = []
    private var failures: [KubeError] = []

    init(scope: ReadScope, redactor: Redactor) {
        self.scope = scope
        self.redactor = redactor
    }

    /// Adds the answer to one list.
    mutating func take(_ list: Result<[ObjectID: LiveObject], KubeError>, of resource: APIResource) {
        switch list {
        case .success(let found): for (id, object) in found { add(object, id, of: resource) }
        case .failure(let error):
            failures.append(error)
            markUnreadable(resource.gvk.groupKind, error)
        }
    }

    /// Adds one object; of several versions of it, the one that is rendered stays.
    mutating func add(_ object: LiveObject, _ id: ObjectID, of resource: APIResource) {
        if objects[id] != nil, scope.wanted[id] != resource { return }
        if let whole = object.whole { redactor.register(secretObject: whole) }
        objects[id] = object
    }

    /// Replaces what is known of one object by all of it; nil for one that is not known any more.
    mutating func replace(_ id: ObjectID, by whole: KubeObject?) {
        objects[id] = whole.map(LiveObject.whole)
    }

    mutating func markNarrowed(_ kind: GroupKind) { narrowed.insert(kind) }

    mutating func markUnreadable(_ kind: GroupKind, _ error: KubeError) {
        markUnreadable(kind, "\(error)")
    }

    /// Notes a kind as unreadable; the first reason stays.
    mutating func markUnreadable(_ kind: GroupKind, _ reason: String) {
        if unreadable[kind] == nil { unreadable[kind] = reason }
    }

    /// Throws for a reading that was cancelled or failed as a whole: nothing can be planned from it.
    func throwIfNothingWasRead(attempts: Int) throws(KubeError) {
        if let cancelled = failures.first(where: { $0.reason == .cancelled }) { throw cancelled }
        if let first = failures.first, failures.count == attempts { throw first }
    }
}
