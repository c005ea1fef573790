// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Synchronization
import Testing

@testable import SyncLook

/// Which of very many objects in a container are kept, and how little is asked about the others.
struct ContentSieveTests {
    private func object(_ name: String) throws -> KubeObject {
        try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": .string(name), "namespace": "shop", "uid": .string("uid-\(name)")],
        ])
    }

    @Test func `beyond the limit the first of each witness is kept, and nothing is asked once both were seen`() throws {
        let questions = Mutex<[String]>([])
        var sieve = ContentSieve(applySet: ApplySet(project: "posts", namespace: "sternpost"), limit: 2) {
            object,
            _,
            wanted in
            questions.withLock { $0.append("\(object.name) of \(wanted.count)") }
            if object.name.hasPrefix("wish"), wanted.contains(.asksToBeKept) { return .asksToBeKept }
            if object.name.hasPrefix("foreign"), wanted.contains(.isForeign) { return .isForeign }
            return nil
        }
        let names = ["a", "b", "plain-1", "wish-1", "wish-2", "foreign-1", "foreign-2", "wish-3", "plain-2", "a"]
        var kept: [String] = []
        for name in names {
            if let object = sieve.keeps(try object(name)) { kept.append(object.name) }
        }
        #expect(kept == ["a", "b", "wish-1", "foreign-1", "a"])
        #expect(
            questions.withLock { $0 } == ["plain-1 of 2", "wish-1 of 2", "wish-2 of 1", "foreign-1 of 1"]
        )
        #expect(sieve.isFull)
    }

    @Test func `what follows from other objects, and what is this project's, takes no room of the others`() throws {
        let applySet = ApplySet(project: "posts", namespace: "sternpost")
        var sieve = ContentSieve(applySet: applySet, limit: 2) { object, _, _ in
            object.name == "pod-3" ? .asksToBeKept : nil
        }
        func pod(_ number: Int) throws -> KubeObject {
            var pod = try object("pod-\(number)")
            pod.json[["metadata", "ownerReferences"]] = [["kind": "ReplicaSet", "name": "web", "controller": true]]
            return pod
        }
        func ours(_ number: Int) throws -> KubeObject {
            var ours = try object("ours-\(number)")
            ours.json[["metadata", "labels"]] = [ApplySet.partOfLabel: .string(applySet.id)]
            return ours
        }
        var kept: [String] = []
        for number in 0..<5 {
            for object in [try pod(number), try ours(number)] where sieve.keeps(object) != nil {
                kept.append(object.name)
            }
        }
        #expect(kept == ["pod-0", "ours-0", "pod-1", "ours-1", "ours-2", "pod-3", "ours-3", "ours-4"])
        #expect(!sieve.isFull && sieve.problem == nil)
        let others = try ["a", "b", "c"].map { try sieve.keeps(object($0))?.name }
        #expect(others == ["a", "b", nil])
        #expect(sieve.isFull && sieve.problem != nil)
    }
}
