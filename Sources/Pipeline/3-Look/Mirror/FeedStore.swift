// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The objects that one list and the watch behind it have shown. Pure: what arrived, and when, are parameters.
///
/// Versions are compared for equality only. An event with a version that was seen before changes nothing, and one that
/// is older than the answer to a write of ours does not undo it.
struct FeedStore: Sendable {
    /// One state of one incarnation.
    fileprivate struct Version: Sendable, Hashable {
        let uid: String
        let resourceVersion: String
    }

    /// A state that a write of ours was answered with and that the watch has not shown yet.
    private struct Echo: Sendable {
        enum Expected: Sendable, Hashable {
            case version(Version)
            /// The end of this incarnation.
            case end(uid: String)
        }

        let expected: Expected
        let since: ContinuousClock.Instant
    }

    /// How many past versions are remembered, usually and while we write ourselves.
    private static let usualMemory = 512
    private static let writingMemory = 65_536

    private(set) var objects: [ObjectID: LiveObject] = [:]
    private var past = RecentSet<Version>(capacity: Self.usualMemory)
    private var echoes: [ObjectID: Echo] = [:]

    /// Whether writes of ours are under way, whose answers may come later than their events.
    var isWriting = false {
        didSet { past.capacity = isWriting ? Self.writingMemory : Self.usualMemory }
    }

    /// Whether the watch has not yet shown the result of a write of ours that was answered before this time.
    func owesEcho(since time: ContinuousClock.Instant) -> Bool { echoes.values.contains { $0.since <= time } }

    /// Replaces the content by a complete list. What was written after the list began stays.
    ///
    /// - Parameters:
    ///   - list: Everything there is; complete.
    ///   - start: When the list was asked for.
    /// - Returns: Whether a plan may come out differently now.
    mutating func replace(
        with list: [(id: ObjectID, object: LiveObject)],
        since start: ContinuousClock.Instant
    ) -> Bool {
        var next = Dictionary(list.map { ($0.id, $0.object) }) { $1 }
        echoes = echoes.filter { $0.value.since >= start }
        for id in echoes.keys where next[id]?.addsOwners(to: objects[id]) != true { next[id] = objects[id] }
        for (id, old) in objects {
            guard let new = next[id], new.version == old.version, new.version != nil, !new.addsOwners(to: old)
            else { continue }
            next[id] = old
        }
        let isSame =
            next.count == objects.count
            && next.allSatisfy { id, new in
                new.meansTheSame(as: objects[id]) && !new.addsOwners(to: objects[id])
            }
        objects = next
        past.removeAll()
        return !isSame
    }

    /// Stores the state of an object.
    ///
    /// - Parameters:
    ///   - object: As the event brought it.
    ///   - keep: What to keep of it; called only when the state is new.
    /// - Returns: Whether a plan may come out differently now.
    mutating func receive(_ object: KubeObject, keeping keep: (KubeObject) -> LiveObject) -> Bool {
        let id = object.id
        let version = LiveObject.whole(object).version
        switch echoes[id]?.expected {
        case nil: break
        case .version(let expected):
            guard expected == version else { return false }
            echoes[id] = nil
        case .end(let uid):
            guard object.uid != uid else { return false }
            echoes[id] = nil
        }
        let old = objects[id]
        if let version {
            if old?.version == version {
                // After a write of ours only its mark is stored, which does not say who owns the object.
                guard LiveObject.whole(object).addsOwners(to: old) else { return false }
                objects[id] = keep(object)
                return true
            }
            if past.contains(version) { return false }
            if let last = old?.version { past.insert(last) }
        }
        let new = keep(object)
        objects[id] = new
        return !new.meansTheSame(as: old)
    }

    /// Removes an object that is gone or no longer has the label.
    ///
    /// - Returns: Whether a plan may come out differently now.
    mutating func receive(endOf object: KubeObject) -> Bool {
        let id = object.id
        switch echoes[id]?.expected {
        case nil: break
        case .version: return false  // of before our write: what we wrote is still to come
        case .end(let uid):
            if object.uid == uid { echoes[id] = nil }
            return false
        }
        guard let old = objects[id], old.uid == object.uid else { return false }
        if let version = old.version { past.insert(version) }
        if let version = LiveObject.whole(object).version { past.insert(version) }
        objects[id] = nil
        return true
    }

    /// Stores the answer to a write of ours. Until the watch has shown the same, older events change nothing. An object
    /// that others own, and that the watch has shown whole already in this version, stays whole.
    ///
    /// - Returns: Whether anything changed.
    mutating func wrote(_ object: LiveObject, as id: ObjectID, at now: ContinuousClock.Instant) -> Bool {
        guard let version = object.version else { return false }
        let old = objects[id]
        if old?.version != version {
            // The watch was faster and shows something newer already.
            guard !past.contains(version) else { return false }
            if let last = old?.version { past.insert(last) }
            echoes[id] = Echo(expected: .version(version), since: now)
        } else if old?.whole?.hasOwners == true {
            return false
        }
        objects[id] = object
        return !object.meansTheSame(as: old)
    }

    /// Removes an incarnation that we have deleted.
    ///
    /// - Returns: Whether anything changed.
    mutating func deleted(_ id: ObjectID, uid: String, at now: ContinuousClock.Instant) -> Bool {
        guard let old = objects[id], old.uid == uid else { return false }
        if let version = old.version { past.insert(version) }
        objects[id] = nil
        echoes[id] = Echo(expected: .end(uid: uid), since: now)
        return true
    }

    /// Stores an object whole that was kept without its fields, if it is still the same version.
    mutating func keepWhole(_ object: KubeObject) {
        let whole = LiveObject.whole(object)
        guard let version = whole.version, objects[object.id]?.version == version else { return }
        objects[object.id] = whole
    }

    /// Drops the fields of an object that was found settled, unless others own it: its owners decide what else may be
    /// deleted.
    mutating func settle(_ mark: Inventory.AppliedMark, as id: ObjectID) {
        let settled = LiveObject.settled(mark)
        guard let old = objects[id], old.whole?.hasOwners == false, old.version == settled.version else { return }
        objects[id] = settled
    }
}

extension LiveObject {
    /// Nil when the server did not say it.
    fileprivate var version: FeedStore.Version? {
        guard let uid, let resourceVersion else { return nil }
        return FeedStore.Version(uid: uid, resourceVersion: resourceVersion)
    }

    /// Whether it says who owns the object, of a version of which only a mark is known, which does not say that.
    fileprivate func addsOwners(to known: LiveObject?) -> Bool {
        guard case .settled = known, let version, known?.version == version else { return false }
        return whole?.hasOwners == true
    }

    /// Whether a plan makes no difference between the two: both are settled by the same manifest in one incarnation.
    fileprivate func meansTheSame(as other: LiveObject?) -> Bool {
        switch (self, other) {
        case (.settled(let one), .settled(let two)): one.uid == two.uid && one.contentHash == two.contentHash
        case (_, nil): false
        case (_, .some(let other)): version != nil && version == other.version
        }
    }
}
