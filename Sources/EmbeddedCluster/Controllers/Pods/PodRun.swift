// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// One pod on the node, from its binding to its end.
struct PodRun: Sendable {
    let address: String
    /// When the containers stop, once the pod is being deleted.
    var stopTime: ClusterTime?
    private let started: ClusterTime
    /// When the containers may start.
    private var readyTime: ClusterTime?
    private var initContainers: [ContainerRun]
    private var containers: [ContainerRun]

    init(_ pod: KubeObject, address: String, now: ClusterTime) {
        self.address = address
        let known = pod.json.string(at: "status", "startTime").flatMap { ClusterTime($0) }
        started = known ?? now
        let hasInit = !pod.json.items(at: "spec", "initContainers").isEmpty
        func runs(_ key: String, _ statusKey: String) -> [ContainerRun] {
            let statuses = pod.json.items(at: "status", statusKey)
            return pod.json.items(at: "spec", key).map { spec in
                let (name, image) = (spec["name"]?.string ?? "", spec["image"]?.string ?? "")
                let status = statuses.first { $0["name"]?.string == name }
                return status.flatMap { ContainerRun(status: $0, image: image) }
                    ?? ContainerRun(name: name, image: image, isInitializing: hasInit)
            }
        }
        initContainers = runs("initContainers", "initContainerStatuses")
        containers = runs("containers", "containerStatuses")
    }

    func isRunning(_ container: String) -> Bool {
        (initContainers + containers).contains { $0.name == container && $0.isRunning }
    }

    /// Does what is due; returns when the next thing is.
    mutating func advance(_ pod: KubeObject, node: NodeServices, pulled: inout [String: String]) -> Duration? {
        let now = node.context.now
        guard !["Succeeded", "Failed"].contains(pod.json.string(at: "status", "phase")) else { return nil }
        let ready = readyTime ?? now.advanced(by: node.delays.podStart)
        readyTime = ready
        if now < ready { return .microseconds(ready.microseconds - now.microseconds) }
        if !containers.contains(where: \.isRunning), PodVolumes(pod).tellMissing(in: node.context) {
            return .seconds(1)
        }
        var due: [ClusterTime] = []
        guard advanceInit(pod, node, &pulled, &due) else { return PodRun.wait(due, now) }
        let policy = pod.spec?["restartPolicy"]?.string ?? "Always"
        for (index, spec) in pod.json.items(at: "spec", "containers").enumerated() where index < containers.count {
            let image = spec["image"]?.string ?? ""
            if containers[index].image != image { containers[index].replace() }
            if policy != "Always" { containers[index].finish(after: node.delays.podFinish, now, &due) }
            guard containers[index].isStartDue(now, &due) else { continue }
            let start = ContainerStart(spec, of: pod, node: node)
            start.attempt(&containers[index], isInit: false, pulled: &pulled)
            _ = containers[index].isStartDue(now, &due)
            if policy != "Always" { containers[index].finish(after: node.delays.podFinish, now, &due) }
        }
        return PodRun.wait(due, now)
    }

    /// Runs the init containers one after the other; returns whether all have done their work.
    private mutating func advanceInit(
        _ pod: KubeObject,
        _ node: NodeServices,
        _ pulled: inout [String: String],
        _ due: inout [ClusterTime]
    ) -> Bool {
        let now = node.context.now
        for (index, spec) in pod.json.items(at: "spec", "initContainers").enumerated()
        where index < initContainers.count && initContainers[index].ending == nil {
            let isSidecar = spec["restartPolicy"]?.string == "Always"
            if initContainers[index].isRunning, isSidecar { continue }
            guard initContainers[index].isStartDue(now, &due) else { return false }
            let start = ContainerStart(spec, of: pod, node: node)
            start.attempt(&initContainers[index], isInit: true, pulled: &pulled)
            if !isSidecar { initContainers[index].finish(after: .zero, now, &due) }
            let isDone = initContainers[index].ending?.exitCode == 0 || (isSidecar && initContainers[index].isRunning)
            guard isDone else {
                _ = initContainers[index].isStartDue(now, &due)
                return false
            }
        }
        return initContainers.allSatisfy { ($0.ending?.exitCode ?? 0) == 0 }
    }

    private static func wait(_ due: [ClusterTime], _ now: ClusterTime) -> Duration? {
        due.min().map { .microseconds(max(1_000, $0.microseconds - now.microseconds)) }
    }

    /// The pod's status: phase, conditions, addresses, containers.
    func status(of pod: JSON, now: ClusterTime) -> JSON {
        var status = pod["status"] ?? .object(JSONObject())
        guard !["Succeeded", "Failed"].contains(status["phase"]?.string) else { return status }
        let phase = phase
        status["phase"] = .string(phase)
        status["startTime"] = .string(started.text)
        status["hostIP"] = .string(EmbeddedNode.address)
        status["hostIPs"] = [["ip": .string(EmbeddedNode.address)]]
        let isStarted = (containers + initContainers).contains { !$0.containerID.isEmpty }
        if isStarted || phase == "Running" {
            status["podIP"] = .string(address)
            status["podIPs"] = [["ip": .string(address)]]
        }
        status["containerStatuses"] = .array(containers.map(\.json))
        if !initContainers.isEmpty {
            status["initContainerStatuses"] = .array(initContainers.map(initStatus))
        }
        status["conditions"] = .array(conditions(pod, phase: phase, isStarted: isStarted, now: now))
        return status
    }

    /// An init container that has done its work counts as ready.
    private func initStatus(_ container: ContainerRun) -> JSON {
        var status = container.json
        if container.ending?.exitCode == 0 { status["ready"] = true }
        return status
    }

    private var phase: String {
        let endings = containers.compactMap(\.ending)
        if endings.count == containers.count, !containers.isEmpty {
            return endings.allSatisfy { $0.exitCode == 0 } ? "Succeeded" : "Failed"
        }
        if initContainers.contains(where: { ($0.ending?.exitCode ?? 0) != 0 }) { return "Failed" }
        let hasRun = containers.contains { $0.isRunning || $0.last != nil || $0.ending != nil }
        return hasRun ? "Running" : "Pending"
    }

    private func conditions(_ pod: JSON, phase: String, isStarted: Bool, now: ClusterTime) -> [JSON] {
        var conditions = Conditions(of: pod["status"], now: now)
        conditions.update("PodReadyToStartContainers", isStarted && phase != "Succeeded" ? "True" : "False")
        let waiting = initContainers.filter { $0.ending?.exitCode != 0 && !$0.isRunning }.map(\.name)
        if waiting.isEmpty {
            conditions.update("Initialized", "True", reason: phase == "Succeeded" ? "PodCompleted" : "")
        } else {
            let message = "containers with incomplete status: [\(waiting.joined(separator: " "))]"
            conditions.update("Initialized", "False", reason: "ContainersNotInitialized", message: message)
        }
        let unready = containers.filter { !$0.isRunning }.map(\.name)
        for type in ["Ready", "ContainersReady"] {
            if phase == "Succeeded" {
                conditions.update(type, "False", reason: "PodCompleted")
            } else if !unready.isEmpty {
                let message = "containers with unready status: [\(unready.joined(separator: " "))]"
                conditions.update(type, "False", reason: "ContainersNotReady", message: message)
            } else if type == "Ready", let gate = closedGate(pod) {
                let message = "corresponding condition of pod readiness gate \"\(gate)\" does not exist."
                conditions.update(type, "False", reason: "ReadinessGatesNotReady", message: message)
            } else {
                conditions.update(type, "True")
            }
        }
        conditions.update("PodScheduled", "True")
        return conditions.list
    }

    private func closedGate(_ pod: JSON) -> String? {
        pod.items(at: "spec", "readinessGates").compactMap { $0["conditionType"]?.string }
            .first { !pod.hasCondition($0) }
    }
}

extension ContainerRun {
    /// Whether the container is to be started now; when later, the time is added to `due`.
    fileprivate func isStartDue(_ now: ClusterTime, _ due: inout [ClusterTime]) -> Bool {
        guard case .waiting = state else { return false }
        guard let retryTime, retryTime > now else { return true }
        due.append(retryTime)
        return false
    }

    /// Ends a running container whose work takes `span`; when it is not over yet, the end is added to `due`.
    fileprivate mutating func finish(after span: Duration, _ now: ClusterTime, _ due: inout [ClusterTime]) {
        guard case .running(let since) = state else { return }
        let end = since.advanced(by: span)
        if end > now { return due.append(end) }
        state = .ended(Ending(exitCode: 0, started: since, finished: now, containerID: containerID))
    }

    /// Stops the container because its image was changed in place; it starts again at once.
    fileprivate mutating func replace() {
        if case .running = state { restarts += 1 }
        state = .waiting(reason: "ContainerCreating", message: "")
        retryTime = nil
        failures = 0
    }
}
