// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// One container of a pod over its restarts.
struct ContainerRun: Sendable {
    /// Where the container stands.
    enum State: Sendable, Hashable {
        case waiting(reason: String, message: String)
        case running(since: ClusterTime)
        case ended(Ending)
    }

    /// How a process ended.
    struct Ending: Sendable, Hashable {
        let exitCode: Int64
        let started: ClusterTime
        let finished: ClusterTime
        let containerID: String

        var json: JSON {
            [
                "exitCode": .int(exitCode), "reason": exitCode == 0 ? "Completed" : "Error",
                "startedAt": .string(started.text), "finishedAt": .string(finished.text),
                "containerID": .string(containerID),
            ]
        }
    }

    let name: String
    /// The image of the specification that was started.
    var image: String
    var imageID = ""
    var containerID = ""
    var state: State
    var last: Ending?
    var restarts: Int64 = 0
    /// Failed attempts in a row.
    var failures = 0
    /// When a failed container is tried again.
    var retryTime: ClusterTime?

    init(name: String, image: String, isInitializing: Bool) {
        self.name = name
        self.image = image
        state = .waiting(reason: isInitializing ? "PodInitializing" : "ContainerCreating", message: "")
    }

    /// Takes up a container that was running when the process ended; nil when the status shows none.
    init?(status: JSON, image: String) {
        guard let name = status["name"]?.string,
            let since = status.string(at: "state", "running", "startedAt").flatMap({ ClusterTime($0) })
        else { return nil }
        self.name = name
        self.image = image
        state = .running(since: since)
        imageID = status["imageID"]?.string ?? ""
        containerID = status["containerID"]?.string ?? ""
        restarts = status["restartCount"]?.int ?? 0
    }

    var isRunning: Bool { if case .running = state { true } else { false } }
    var ending: Ending? { if case .ended(let ending) = state { ending } else { nil } }

    /// The container's entry of `containerStatuses`.
    var json: JSON {
        var result: JSON = [
            "name": .string(name), "image": .string(imageID.isEmpty ? image : ImageCatalog.fullName(image)),
            "imageID": .string(imageID), "restartCount": .int(restarts), "lastState": .object(JSONObject()),
            "ready": .bool(isRunning), "started": .bool(isRunning),
        ]
        if !containerID.isEmpty { result["containerID"] = .string(containerID) }
        if let last { result["lastState"] = ["terminated": last.json] }
        switch state {
        case .waiting(let reason, let message):
            var waiting: JSON = ["reason": .string(reason)]
            if !message.isEmpty { waiting["message"] = .string(message) }
            result["state"] = ["waiting": waiting]
        case .running(let since): result["state"] = ["running": ["startedAt": .string(since.text)]]
        case .ended(let ending):
            result["state"] = ["terminated": ending.json]
            if ending.exitCode == 0 { result["ready"] = false }
        }
        return result
    }
}
