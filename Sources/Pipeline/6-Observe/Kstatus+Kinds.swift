// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncLook

/// The rules of single Pods, Jobs, volumes, Services and custom resource definitions.
extension Kstatus {
    static func pod(_ object: KubeObject, now: Date) -> Verdict {
        switch object.status?["phase"]?.string {
        case "Succeeded": return (.current, "has completed")
        case "Failed":
            let parts = ["reason", "message"].compactMap { object.status?[$0]?.string }.filter { !$0.isEmpty }
            let detail = parts.isEmpty ? "" : ": \(bounded(parts.joined(separator: ": ")))"
            return (.failed, "the Pod has failed\(detail)")
        case "Running":
            if object.condition("Ready")?["status"]?.string == "True" { return (.current, "is ready") }
            let looping = crashLooping(object)
            if looping.isEmpty { return (.inProgress, "runs but is not ready") }
            return (.failed, "CrashLoopBackOff: \(looping.joined(separator: ", "))")
        case "Pending": return pendingPod(object, now: now)
        default: return (.inProgress, "has no phase yet")
        }
    }

    private static func pendingPod(_ object: KubeObject, now: Date) -> Verdict {
        guard let scheduled = object.condition("PodScheduled"), scheduled["status"]?.string == "False",
            scheduled["reason"]?.string == "Unschedulable"
        else { return (.inProgress, "is pending") }
        let message = text(of: scheduled, fallback: "Unschedulable")
        guard let created = object.creationTimestamp.flatMap({ try? Date($0, strategy: .iso8601) }),
            now.timeIntervalSince(created) >= scheduleWindow
        else { return (.inProgress, message) }
        return (.failed, message)
    }

    private static func crashLooping(_ object: KubeObject) -> [String] {
        (object.status?["containerStatuses"]?.array ?? [])
            .filter { $0["state"]?["waiting"]?["reason"]?.string == "CrashLoopBackOff" }
            .compactMap { $0["name"]?.string }
    }

    static func job(_ object: KubeObject) -> Verdict {
        let succeeded = object.status?["succeeded"]?.int ?? 0
        for condition in object.status?["conditions"]?.array ?? [] where condition["status"]?.string == "True" {
            switch condition["type"]?.string {
            case "Complete": return (.current, "has completed")
            case "Failed": return (.failed, text(of: condition, fallback: "the Job has failed"))
            case "Suspended" where object.spec?["suspend"]?.bool == true:
                return (.current, "is suspended (spec.suspend)")
            default: continue
            }
        }
        guard object.status?["startTime"]?.string != nil else { return (.inProgress, "has not started") }
        let wanted = object.spec?["completions"]?.int ?? 1
        return (.inProgress, "is running, \(succeeded) of \(wanted) completed")
    }

    static func persistentVolumeClaim(_ object: KubeObject) -> Verdict {
        let phase = object.status?["phase"]?.string ?? "not looked at yet"
        return phase == "Bound" ? (.current, "is bound") : (.inProgress, "is not bound to a volume (\(phase))")
    }

    static func service(_ object: KubeObject) -> Verdict {
        guard object.spec?["type"]?.string == "LoadBalancer" else { return (.current, "exists") }
        guard let address = object.spec?["clusterIP"]?.string, !address.isEmpty else {
            return (.inProgress, "has no cluster IP yet")
        }
        guard object.status?["loadBalancer"]?["ingress"]?.array?.isEmpty == false else {
            return (.inProgress, "the load balancer has no address yet")
        }
        return (.current, "the load balancer has an address")
    }

    static func customResourceDefinition(_ object: KubeObject) -> Verdict {
        for condition in object.status?["conditions"]?.array ?? [] {
            switch (condition["type"]?.string, condition["status"]?.string) {
            case ("NamesAccepted", "False"):
                return (.failed, text(of: condition, fallback: "its names are not accepted"))
            case ("Established", "False") where condition["reason"]?.string != "Installing":
                return (.failed, text(of: condition, fallback: "it is not established"))
            case ("Established", "True"): return (.current, "is established")
            default: continue
            }
        }
        return (.inProgress, "is not established yet")
    }
}
