// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects

/// One container of a pod on a ``PlayedNode``.
struct PlayedContainer: Sendable {
    private enum State: Sendable {
        case waiting(reason: String, message: String)
        case running(since: String)
        case ended(code: Int64, at: String)
    }

    /// How long a failed pull or run waits for its next try.
    private static let backOff: Duration = .milliseconds(600)
    /// A crash loop goes on for ever; its count need not.
    private static let maxRestarts: Int64 = 4

    let name: String
    private let spec: JSON
    private let isInit: Bool
    private let endsForGood: Bool
    private var state = State.waiting(reason: "ContainerCreating", message: "")
    private var image: NodeImages.Pulled?
    private var failedPulls = 0
    private var restarts: Int64 = 0
    private var lastEnd: String?
    private var nextTry: ContinuousClock.Instant?

    init(_ spec: JSON, of pod: KubeObject, isInit: Bool) {
        name = spec["name"]?.string ?? ""
        self.spec = spec
        self.isInit = isInit
        endsForGood = pod.spec?["restartPolicy"]?.string == "Never"
    }

    var isRunning: Bool { if case .running = state { true } else { false } }
    /// The status with which it ended for good; nil before.
    var exitCode: Int64? { if case .ended(let code, _) = state { code } else { nil } }

    /// Does what is due: pulls, starts, crashes, ends.
    mutating func advance(_ pod: KubeObject, _ images: NodeImages) async {
        switch state {
        case .ended: return
        case .running:
            if isInit || endsForGood { state = .ended(code: 0, at: Date.now.ISO8601Format()) }
        case .waiting:
            guard nextTry.map({ $0 <= .now }) ?? true else { return }
            await start(pod, images)
        }
    }

    private mutating func start(_ pod: KubeObject, _ images: NodeImages) async {
        let now = Date.now.ISO8601Format()
        do {
            let pulled = try await images.get(spec, of: pod)
            image = pulled
            guard pulled.crashes else {
                state = .running(since: now)
                return
            }
            if endsForGood {
                state = .ended(code: 1, at: now)
                return
            }
            restarts = min(restarts + 1, PlayedContainer.maxRestarts)
            lastEnd = now
            let text = "back-off 10s restarting failed container=\(name) pod=\(pod.name)_\(pod.namespace)"
            state = .waiting(reason: "CrashLoopBackOff", message: text)
        } catch {
            failedPulls += 1
            let text = "\(error)"
            state =
                failedPulls == 1
                ? .waiting(reason: "ErrImagePull", message: text)
                : .waiting(
                    reason: "ImagePullBackOff",
                    message: "Back-off pulling image \"\(spec["image"]?.string ?? "")\": ErrImagePull: \(text)"
                )
        }
        nextTry = .now + PlayedContainer.backOff
    }

    /// Stops it, because its pod is being deleted.
    mutating func stop() {
        if exitCode == nil { state = .ended(code: 0, at: Date.now.ISO8601Format()) }
    }

    /// Its entry of the pod's status.
    func status(isReady: Bool) -> JSON {
        var result: JSON = [
            "name": .string(name), "image": spec["image"] ?? "", "imageID": .string(image?.imageID ?? ""),
            "restartCount": .int(restarts), "ready": .bool(isInit ? exitCode == 0 : isRunning && isReady),
            "started": .bool(isRunning), "lastState": .object(JSONObject()),
        ]
        if let lastEnd { result["lastState"] = ["terminated": PlayedContainer.end(code: 1, at: lastEnd)] }
        switch state {
        case .waiting(let reason, let message):
            var waiting: JSON = ["reason": .string(reason)]
            if !message.isEmpty { waiting["message"] = .string(message) }
            result["state"] = ["waiting": waiting]
        case .running(let since): result["state"] = ["running": ["startedAt": .string(since)]]
        case .ended(let code, let time): result["state"] = ["terminated": PlayedContainer.end(code: code, at: time)]
        }
        return result
    }

    private static func end(code: Int64, at time: String) -> JSON {
        [
            "exitCode": .int(code), "reason": code == 0 ? "Completed" : "Error", "startedAt": .string(time),
            "finishedAt": .string(time),
        ]
    }
}
