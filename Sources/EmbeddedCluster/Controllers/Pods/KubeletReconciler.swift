// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Plays the kubelet: starts the containers of pods on the node, lets them fail or finish, and ends deleted pods.
struct KubeletReconciler: Reconciler {
    let watched = [ControllerResource.pods.groupResource]

    private let images: ImageCatalog
    private let delays: ControllerDelays
    /// The pods on the node, by uid.
    private var runs: [String: PodRun] = [:]
    /// By pod key, so that a deleted pod's run is found.
    private var uids: [ObjectKey: String] = [:]
    private var addresses = PodAddresses()
    /// The images on the node, with the digests they were pulled by.
    private var pulled: [String: String] = [:]

    init(images: ImageCatalog, delays: ControllerDelays) {
        self.images = images
        self.delays = delays
    }

    mutating func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let pod = context.client.object(key), let uid = pod.uid, pod.spec?["nodeName"] != nil else {
            forget(key)
            return nil
        }
        if let known = uids[key], known != uid { forget(key) }
        uids[key] = uid
        var run = runs[uid] ?? PodRun(pod, address: addresses.take(for: pod), now: context.now)
        let wait = try advance(&run, pod, key, in: context)
        if context.client.object(key) == nil { forget(key) } else { runs[uid] = run }
        return wait
    }

    private mutating func forget(_ key: ObjectKey) {
        guard let uid = uids.removeValue(forKey: key) else { return }
        if let run = runs.removeValue(forKey: uid) { addresses.giveBack(run.address) }
    }

    private mutating func advance(
        _ run: inout PodRun,
        _ pod: KubeObject,
        _ key: ObjectKey,
        in context: ControllerContext
    ) throws(StatusError) -> Duration? {
        if pod.isBeingDeleted { return try end(&run, pod, key, in: context) }
        let kubelet = context.client.acting(as: "kubelet")
        let wait = run.advance(
            pod,
            node: NodeServices(images: images, context: context, delays: delays),
            pulled: &pulled
        )
        try kubelet.mutate(key, subresource: "status") { object in
            object["status"] = run.status(of: object, now: context.now)
        }
        return wait
    }

    /// Stops the containers of a deleted pod; a moment later the pod goes.
    private func end(
        _ run: inout PodRun,
        _ pod: KubeObject,
        _ key: ObjectKey,
        in context: ControllerContext
    ) throws(StatusError) -> Duration? {
        if run.stopTime == nil {
            run.stopTime = context.now.advanced(by: delays.podStop)
            for container in pod.json.items(at: "spec", "containers") {
                let name = container["name"]?.string ?? ""
                guard run.isRunning(name) else { continue }
                context.recorder.record(
                    "Killing",
                    "Stopping container \(name)",
                    about: pod,
                    from: .kubelet,
                    at: context.now,
                    fieldPath: "spec.containers{\(name)}"
                )
            }
        }
        if let stop = run.stopTime, stop > context.now {
            return .microseconds(stop.microseconds - context.now.microseconds)
        }
        guard pod.finalizers.isEmpty else { return nil }
        do throws(StoreError) {
            try context.client.store.remove(pod, at: key)
        } catch {
            // The pod changed or went meanwhile; its event brings it here again.
        }
        return nil
    }
}

/// How long things take in the cluster.
package struct ControllerDelays: Sendable, Hashable {
    /// From the binding of a pod to its containers' start.
    package var podStart: Duration
    /// From a pod's deletion to its end.
    package var podStop: Duration
    /// From the start of a container that finishes to its end.
    package var podFinish: Duration
    /// Before a container that failed is tried again for the first time; doubled each time, at most five minutes.
    package var backOff: Duration

    package init(
        podStart: Duration = .milliseconds(150),
        podStop: Duration = .milliseconds(50),
        podFinish: Duration = .milliseconds(150),
        backOff: Duration = .seconds(10)
    ) {
        self.podStart = podStart
        self.podStop = podStop
        self.podFinish = podFinish
        self.backOff = backOff
    }
}

/// Gives pods addresses of 10.244.0.0/16.
struct PodAddresses {
    private var used: Set<UInt16> = []
    private var last: UInt16 = 1

    /// The address that the pod's status names, or a free one.
    mutating func take(for pod: KubeObject) -> String {
        if let known = pod.json.string(at: "status", "podIP"), let place = PodAddresses.place(of: known) {
            used.insert(place)
            return known
        }
        for _ in 0..<UInt16.max {
            last = last &+ 1
            if last > 1, last < UInt16.max, used.insert(last).inserted { break }
        }
        return "10.244.\(last >> 8).\(last & 255)"
    }

    mutating func giveBack(_ address: String) {
        if let place = PodAddresses.place(of: address) { used.remove(place) }
    }

    private static func place(of address: String) -> UInt16? {
        let parts = address.split(separator: ".").compactMap { UInt16($0) }
        guard parts.count == 4, parts[0] == 10, parts[1] == 244, parts[2] < 256, parts[3] < 256 else { return nil }
        return parts[2] << 8 | parts[3]
    }
}

/// What a pod's run needs of the node.
struct NodeServices {
    let images: ImageCatalog
    let context: ControllerContext
    let delays: ControllerDelays
}
