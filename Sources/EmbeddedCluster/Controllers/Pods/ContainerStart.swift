// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects
import Waiting

/// Starts one container: pulls its image, runs it, and tells of it in Events.
struct ContainerStart {
    private let pod: KubeObject
    private let spec: JSON
    private let node: NodeServices
    private var name: String { spec["name"]?.string ?? "" }
    private var image: String { spec["image"]?.string ?? "" }

    init(_ spec: JSON, of pod: KubeObject, node: NodeServices) {
        self.spec = spec
        self.pod = pod
        self.node = node
    }

    private var now: ClusterTime { node.context.now }

    /// Tries to start the container; what comes of it is in `run`.
    func attempt(_ run: inout ContainerRun, isInit: Bool, pulled: inout [String: String]) {
        run.image = image
        run.retryTime = nil
        if let problem = missingReference() { return refuse(&run, problem, isInit) }
        switch node.images.failure(of: image) {
        case .pull: failPull(&run, isInit)
        case .crash:
            pull(&run, &pulled, isInit)
            crash(&run, isInit)
        case nil:
            pull(&run, &pulled, isInit)
            run.containerID = newContainerID()
            run.state = .running(since: now)
            run.failures = 0
            tellStart(isInit)
        }
    }

    private func pull(_ run: inout ContainerRun, _ pulled: inout [String: String], _ isInit: Bool) {
        let policy = spec["imagePullPolicy"]?.string ?? "IfNotPresent"
        if policy != "Always", let known = pulled[image] {
            run.imageID = known
            tell("Pulled", "Container image \"\(image)\" already present on machine", isInit)
            return
        }
        run.imageID = node.images.imageID(of: image)
        pulled[image] = run.imageID
        tell("Pulling", "Pulling image \"\(image)\"", isInit)
        let size = "Image size: 0 bytes."
        tell("Pulled", "Successfully pulled image \"\(image)\" in 1ms (1ms including waiting). \(size)", isInit)
    }

    private func failPull(_ run: inout ContainerRun, _ isInit: Bool) {
        let full = ImageCatalog.fullName(image)
        let cause =
            "rpc error: code = NotFound desc = failed to pull and unpack image \"\(full)\": "
            + "failed to resolve reference \"\(full)\": \(full): not found"
        run.failures += 1
        if run.failures == 1 {
            tell("Pulling", "Pulling image \"\(image)\"", isInit)
            tell("Failed", "Failed to pull image \"\(image)\": \(cause)", isInit, isWarning: true)
            tell("Failed", "Error: ErrImagePull", isInit, isWarning: true)
            run.state = .waiting(reason: "ErrImagePull", message: cause)
            run.retryTime = now.advanced(by: node.delays.podStart)
            return
        }
        tell("BackOff", "Back-off pulling image \"\(image)\"", isInit)
        tell("Failed", "Error: ImagePullBackOff", isInit, isWarning: true)
        let message = "Back-off pulling image \"\(image)\": ErrImagePull: \(cause)"
        run.state = .waiting(reason: "ImagePullBackOff", message: message)
        run.retryTime = now.advanced(by: backOff(run.failures - 1))
    }

    private func crash(_ run: inout ContainerRun, _ isInit: Bool) {
        run.containerID = newContainerID()
        tellStart(isInit)
        let ending = ContainerRun.Ending(exitCode: 1, started: now, finished: now, containerID: run.containerID)
        if pod.spec?["restartPolicy"]?.string == "Never" {
            run.state = .ended(ending)
            return
        }
        run.failures += 1
        run.restarts += 1
        run.last = ending
        let wait = backOff(run.failures)
        let subject = "\(name) in pod \(pod.name)_\(pod.namespace)(\(pod.uid ?? ""))"
        let seconds = max(1, wait.components.seconds)
        let delay = seconds < 60 ? "\(seconds)s" : "\(seconds / 60)m\(seconds % 60)s"
        run.state = .waiting(
            reason: "CrashLoopBackOff",
            message: "back-off \(delay) restarting failed container=\(name) pod=\(pod.name)_\(pod.namespace)"
                + "(\(pod.uid ?? ""))"
        )
        tell("BackOff", "Back-off restarting failed container \(subject)", isInit, isWarning: true)
        run.retryTime = now.advanced(by: wait)
    }

    private func refuse(_ run: inout ContainerRun, _ problem: String, _ isInit: Bool) {
        run.state = .waiting(reason: "CreateContainerConfigError", message: problem)
        run.retryTime = now.advanced(by: .seconds(1))
        tell("Failed", "Error: \(problem)", isInit, isWarning: true)
    }

    /// The ConfigMap, Secret or key that the environment needs and that is not there; nil when all is there.
    private func missingReference() -> String? {
        for source in spec.items(at: "envFrom") {
            for (key, resource, word) in ContainerStart.sources(map: "configMapRef", secret: "secretRef") {
                guard let reference = source[key], reference["optional"]?.bool != true else { continue }
                if object(resource, reference) == nil {
                    return "\(word) \"\(reference["name"]?.string ?? "")\" not found"
                }
            }
        }
        for variable in spec.items(at: "env") {
            for (key, resource, word) in ContainerStart.sources(map: "configMapKeyRef", secret: "secretKeyRef") {
                guard let reference = variable["valueFrom"]?[key], reference["optional"]?.bool != true else { continue }
                let name = reference["name"]?.string ?? ""
                guard let found = object(resource, reference) else { return "\(word) \"\(name)\" not found" }
                let entry = reference["key"]?.string ?? ""
                if found.json["data"]?[entry] == nil, found.json["binaryData"]?[entry] == nil {
                    let kind = word == "secret" ? "Secret" : "ConfigMap"
                    return "couldn't find key \(entry) in \(kind) \(pod.namespace)/\(name)"
                }
            }
        }
        return nil
    }

    private static func sources(map: String, secret: String) -> [(String, ControllerResource, String)] {
        [(map, .configMaps, "configmap"), (secret, .secrets, "secret")]
    }

    private func object(_ resource: ControllerResource, _ reference: JSON) -> KubeObject? {
        node.context.object(resource, pod.namespace, reference["name"]?.string ?? "")
    }

    private func backOff(_ failures: Int) -> Duration {
        Backoff.doubled(node.delays.backOff, failures: failures, atMost: .seconds(300))
    }

    private func newContainerID() -> String {
        let parts = (0..<4).map { _ in StableHash.hexadecimal(of: Array("\(UInt64.random(in: 0 ... .max))".utf8)) }
        return "containerd://\(parts.joined().lowercased())"
    }

    private func tellStart(_ isInit: Bool) {
        tell("Created", "Created container: \(name)", isInit)
        tell("Started", "Started container \(name)", isInit)
    }

    private func tell(_ reason: String, _ message: String, _ isInit: Bool, isWarning: Bool = false) {
        node.context.recorder.record(
            reason,
            message,
            about: pod,
            from: .kubelet,
            at: now,
            fieldPath: "spec.\(isInit ? "initContainers" : "containers"){\(name)}",
            isWarning: isWarning
        )
    }
}
