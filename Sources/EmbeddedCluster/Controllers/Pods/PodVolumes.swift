// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// The ConfigMaps, Secrets and claims that a pod mounts.
struct PodVolumes {
    private let pod: KubeObject

    init(_ pod: KubeObject) { self.pod = pod }

    /// Tells of the first volume that cannot be mounted in an Event; returns whether there is one.
    func tellMissing(in context: ControllerContext) -> Bool {
        for volume in pod.json.items(at: "spec", "volumes") {
            let name = volume["name"]?.string ?? ""
            guard let problem = problem(with: volume, in: context) else { continue }
            context.recorder.record(
                "FailedMount",
                "MountVolume.SetUp failed for volume \"\(name)\" : \(problem)",
                about: pod,
                from: .kubelet,
                at: context.now,
                isWarning: true
            )
            return true
        }
        return false
    }

    private func problem(with volume: JSON, in context: ControllerContext) -> String? {
        if let source = volume["configMap"] {
            return missing(.configMaps, "configmap", source, source["name"], in: context)
        }
        if let source = volume["secret"] {
            return missing(.secrets, "secret", source, source["secretName"], in: context)
        }
        if let name = volume.string(at: "persistentVolumeClaim", "claimName") {
            guard let claim = context.object(.claims, pod.namespace, name) else {
                return "persistentvolumeclaim \"\(name)\" not found"
            }
            let isBound = claim.json.string(at: "status", "phase") == "Bound"
            return isBound ? nil : "persistentvolumeclaim \"\(name)\" is not bound"
        }
        return nil
    }

    private func missing(
        _ resource: ControllerResource,
        _ word: String,
        _ source: JSON,
        _ name: JSON?,
        in context: ControllerContext
    ) -> String? {
        let name = name?.string ?? ""
        guard source["optional"]?.bool != true, context.object(resource, pod.namespace, name) == nil else { return nil }
        return "\(word) \"\(name)\" not found"
    }
}
