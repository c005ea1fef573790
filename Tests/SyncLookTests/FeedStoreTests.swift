// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

@testable import SyncLook

/// What a feed makes of events that come twice, late, in another order, or before the answer to our own write.
struct FeedStoreTests {
    private static let now = ContinuousClock.now

    private static func object(_ version: String, uid: String = "u1") throws -> KubeObject {
        try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": "a", "namespace": "ns", "uid": .string(uid), "resourceVersion": .string(version)],
        ])
    }

    private static func mark(_ version: String, uid: String = "u1") -> LiveObject {
        .settled(.init(uid: uid, resourceVersion: version, contentHash: "h"))
    }

    private static let id = ObjectID(group: "", kind: "ConfigMap", namespace: "ns", name: "a")

    /// A store that has listed the object in version 1.
    private func listed() throws -> FeedStore {
        var store = FeedStore()
        _ = store.replace(with: [(Self.id, .whole(try Self.object("1")))], since: Self.now)
        return store
    }

    /// `+V` an event with version V of incarnation u1, `-V` its end, `+V/U` and `-V/U` of another incarnation.
    private func play(_ script: String, _ store: inout FeedStore) throws -> [Bool] {
        try script.split(separator: " ").map { word in
            let parts = word.dropFirst().split(separator: "/").map(String.init)
            let object = try Self.object(parts[0], uid: parts.count > 1 ? parts[1] : "u1")
            return word.hasPrefix("+")
                ? store.receive(object) { .whole($0) } : store.receive(endOf: object)
        }
    }

    @Test(
        arguments: [
            // Twice, as after a connection that was opened again.
            ("+2 +2 +2", [true, false, false], "2"), ("+1", [false], "1"), ("-2 -2", [true, false], nil),
            // Late: a version that was here before, also after the end.
            ("+2 +3 +2 +1", [true, true, false, false], "3"), ("+2 -3 +2 +1", [true, true, false, false], nil),
            // The end of an earlier incarnation says nothing of the next one.
            ("+5/u2 -4", [true, false], "5"), ("+5/u2 -4 -6/u2", [true, false, true], nil),
            // Versions are no numbers.
            ("+10 +9", [true, true], "9"), ("+x +y +x", [true, true, false], "y"),
            // A label that was taken away and put back.
            ("-2 +3", [true, true], "3"),
        ] as [(String, [Bool], String?)]
    )
    func `A13: an event that comes twice or late changes nothing`(
        script: String,
        news: [Bool],
        version: String?
    ) throws {
        var store = try listed()
        let said = try play(script, &store)
        #expect(said == news)
        #expect(store.objects[Self.id]?.resourceVersion == version)
    }

    @Test func `older events do not undo a write of ours, and its own event settles it`() throws {
        var store = try listed()
        let ownWrite = store.wrote(Self.mark("5"), as: Self.id, at: Self.now)
        #expect(ownWrite)
        #expect(store.owesEcho(since: Self.now))
        let olderEvents = try play("+2 +3 -4", &store)
        #expect(olderEvents == [false, false, false])
        #expect(store.objects[Self.id] == Self.mark("5"))
        let ownEvent = try play("+5", &store)
        #expect(ownEvent == [false])
        #expect(store.objects[Self.id] == Self.mark("5") && !store.owesEcho(since: Self.now))
        let nextEvent = try play("+6", &store)
        #expect(nextEvent == [true])
    }

    @Test func `a watch that was faster than the answer to our write is believed`() throws {
        var store = try listed()
        store.isWriting = true
        let fastEvents = try play("+5 +6", &store)
        #expect(fastEvents == [true, true])
        let lateAnswer = store.wrote(Self.mark("5"), as: Self.id, at: Self.now)
        #expect(!lateAnswer)
        #expect(store.objects[Self.id]?.resourceVersion == "6" && !store.owesEcho(since: Self.now))
        store.isWriting = false
        // A write that changed nothing has no event.
        _ = store.wrote(Self.mark("6"), as: Self.id, at: Self.now)
        #expect(store.objects[Self.id] == Self.mark("6") && !store.owesEcho(since: Self.now))
    }

    @Test func `an object that we have deleted does not come back by late events, and somebody's next one does`() throws
    {
        var store = try listed()
        let deletion = store.deleted(Self.id, uid: "u1", at: Self.now)
        #expect(deletion)
        let lateEvent = try play("+2", &store)
        #expect(lateEvent == [false])
        #expect(store.objects.isEmpty && store.owesEcho(since: Self.now))
        let nextIncarnation = try play("+7/u2", &store)
        #expect(nextIncarnation == [true])
        #expect(store.objects[Self.id]?.uid == "u2")
        var other = try listed()
        _ = other.deleted(Self.id, uid: "u1", at: Self.now)
        let end = try play("-3", &other)
        #expect(end == [false])
        #expect(other.objects.isEmpty && !other.owesEcho(since: Self.now))
    }

    @Test func `a list replaces everything but what was written after it began`() throws {
        var store = try listed()
        let start = Self.now + .seconds(1)
        _ = store.wrote(Self.mark("5"), as: Self.id, at: start + .seconds(1))
        let olderList = store.replace(with: [(Self.id, .whole(try Self.object("2")))], since: start)
        #expect(!olderList)
        #expect(store.objects[Self.id] == Self.mark("5"))
        let youngerList = store.replace(with: [(Self.id, .whole(try Self.object("9")))], since: start + .seconds(2))
        #expect(youngerList)
        #expect(store.objects[Self.id]?.resourceVersion == "9" && !store.owesEcho(since: start + .seconds(9)))
        let emptyList = store.replace(with: [], since: start + .seconds(3))
        #expect(emptyList)
        #expect(store.objects.isEmpty)
    }

    private static func owned(_ version: String) throws -> KubeObject {
        var owned = try object(version)
        owned.json[["metadata", "ownerReferences"]] = [["kind": "ConfigMap", "name": "x", "uid": "u9"]]
        return owned
    }

    @Test(arguments: [false, true])
    func `the answer to our own write does not hide who owns the object`(isNoChange: Bool) throws {
        let owned = try Self.owned("2")
        var store = try listed()
        if isNoChange {
            _ = store.replace(with: [(Self.id, .whole(owned))], since: Self.now)
        } else {
            let event = store.receive(owned) { .whole($0) }
            #expect(event)
        }
        let answer = store.wrote(Self.mark("2"), as: Self.id, at: Self.now)
        #expect(!answer)
        #expect(store.objects[Self.id] == .whole(owned) && !store.owesEcho(since: Self.now))
        let newer = store.wrote(Self.mark("3"), as: Self.id, at: Self.now)
        #expect(newer)
        #expect(store.objects[Self.id] == Self.mark("3"))
    }

    @Test(arguments: [false, true])
    func `a list tells who owns an object of which only the mark of our write is known`(isAfterwards: Bool) throws {
        let owned = try Self.owned("2")
        var store = try listed()
        let start = Self.now + .seconds(1)
        _ = store.wrote(Self.mark("2"), as: Self.id, at: isAfterwards ? start + .seconds(1) : Self.now)
        let list: [(id: ObjectID, object: LiveObject)] = [(Self.id, .whole(owned))]
        let isNews = store.replace(with: list, since: start)
        #expect(isNews)
        #expect(store.objects[Self.id] == .whole(owned))
        let again = store.replace(with: list, since: start + .seconds(5))
        #expect(!again)
        #expect(store.objects[Self.id] == .whole(owned))
    }

    @Test func `an object that others own is kept whole, whoever has found it settled`() throws {
        let owned = try Self.owned("2")
        var store = try listed()
        _ = store.wrote(Self.mark("2"), as: Self.id, at: Self.now)
        let ownEvent = store.receive(owned) { .whole($0) }
        #expect(ownEvent)
        #expect(store.objects[Self.id] == .whole(owned) && !store.owesEcho(since: Self.now))
        store.settle(.init(uid: "u1", resourceVersion: "2", contentHash: "h"), as: Self.id)
        #expect(store.objects[Self.id] == .whole(owned))
        let again = store.receive(owned) { .whole($0) }
        #expect(!again)
    }

    @Test func `past versions are remembered up to a limit`() {
        var recent = RecentSet<Int>(capacity: 3)
        for value in 0..<100 { recent.insert(value) }
        #expect((0..<100).filter(recent.contains) == [97, 98, 99])
        recent.capacity = 1
        #expect((0..<100).filter(recent.contains) == [99])
        recent.insert(5)
        #expect((0..<100).filter(recent.contains) == [5])
    }
}
