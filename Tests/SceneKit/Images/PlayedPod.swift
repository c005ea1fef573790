// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects

/// One pod on a ``PlayedNode``, from its binding to its end.
struct PlayedPod: Sendable {
    private var initContainers: [PlayedContainer]
    private var containers: [PlayedContainer]
    private let startTime = Date.now.ISO8601Format()
    private var conditions: [String: (isTrue: Bool, since: String)] = [:]
    /// What was written last, so that nothing is written twice.
    var written: JSON?

    init(_ pod: KubeObject) {
        initContainers = (pod.spec?["initContainers"]?.array ?? []).map {
            PlayedContainer($0, of: pod, isInit: true)
        }
        containers = (pod.spec?["containers"]?.array ?? []).map { PlayedContainer($0, of: pod, isInit: false) }
    }

    private var isInitialized: Bool { initContainers.allSatisfy { $0.exitCode == 0 } }

    private var phase: String {
        if initContainers.contains(where: { ($0.exitCode ?? 0) != 0 }) { return "Failed" }
        let codes = containers.compactMap(\.exitCode)
        if codes.count == containers.count { return codes.allSatisfy { $0 == 0 } ? "Succeeded" : "Failed" }
        return containers.contains(where: \.isRunning) || !codes.isEmpty ? "Running" : "Pending"
    }

    /// Does what is due in its containers: one init container after the other, then all others.
    mutating func advance(_ pod: KubeObject, _ images: NodeImages) async {
        for index in initContainers.indices where initContainers[index].exitCode != 0 {
            await initContainers[index].advance(pod, images)
            return
        }
        for index in containers.indices { await containers[index].advance(pod, images) }
    }

    /// Stops all containers.
    mutating func stop() {
        for index in initContainers.indices { initContainers[index].stop() }
        for index in containers.indices { containers[index].stop() }
    }

    /// The pod's status; `mayBeReady` says whether containers that run are ready, too.
    mutating func status(mayBeReady: Bool) -> JSON {
        let isReady = mayBeReady && containers.allSatisfy(\.isRunning)
        let list: [JSON] = [
            condition("PodScheduled", true), condition("Initialized", isInitialized),
            condition("ContainersReady", isReady), condition("Ready", isReady),
        ]
        return [
            "phase": .string(phase), "startTime": .string(startTime), "conditions": .array(list),
            "initContainerStatuses": .array(initContainers.map { $0.status(isReady: true) }),
            "containerStatuses": .array(containers.map { $0.status(isReady: mayBeReady) }),
        ]
    }

    private mutating func condition(_ type: String, _ isTrue: Bool) -> JSON {
        let since =
            conditions[type].flatMap { $0.isTrue == isTrue ? $0.since : nil } ?? Date.now.ISO8601Format()
        conditions[type] = (isTrue, since)
        return [
            "type": .string(type), "status": isTrue ? "True" : "False", "lastTransitionTime": .string(since),
        ]
    }
}
