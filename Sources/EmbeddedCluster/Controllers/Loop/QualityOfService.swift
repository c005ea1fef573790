// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// The quality of service class of a pod, by the resources its containers ask for.
enum QualityOfService {
    /// `Guaranteed`, `Burstable` or `BestEffort`.
    static func name(of pod: JSON) -> String {
        let containers = pod.items(at: "spec", "initContainers") + pod.items(at: "spec", "containers")
        let resources = containers.map { container in
            (
                requests: container.members(at: "resources", "requests"),
                limits: container.members(at: "resources", "limits")
            )
        }
        let computing = ["cpu", "memory"]
        let isNothingAsked = resources.allSatisfy { one in
            computing.allSatisfy { one.requests[$0] == nil && one.limits[$0] == nil }
        }
        if isNothingAsked { return "BestEffort" }
        let isAllLimited = resources.allSatisfy { one in
            computing.allSatisfy { one.limits[$0] != nil && (one.requests[$0] ?? one.limits[$0]) == one.limits[$0] }
        }
        return isAllLimited ? "Guaranteed" : "Burstable"
    }
}
