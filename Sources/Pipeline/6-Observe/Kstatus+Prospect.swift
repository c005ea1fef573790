// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension Kstatus {
    /// Whether an object of this kind is healthy as soon as it exists: the only list of them.
    static func isCurrentByExisting(_ kind: GroupKind) -> Bool {
        switch (kind.group, kind.kind) {
        case ("", "ConfigMap"), ("", "Secret"), ("", "ServiceAccount"), ("batch", "CronJob"): true
        case ("rbac.authorization.k8s.io", _): true
        default: false
        }
    }

    /// What may still become of an object with this verdict. A Pod's failure may pass by (a node comes, a crash loop
    /// ends) unless its phase is final; every other failure is final.
    static func prospect(of object: KubeObject, _ verdict: Verdict) -> Observation.Prospect {
        guard verdict.status == .failed else { return .open }
        // Only `Stalled` says that waiting does not help; other reports of failure may be temporary.
        if !hasRule(object), object.condition("Stalled")?["status"]?.string != "True" { return .open }
        guard object.gvk.groupKind == GroupKind(group: "", kind: "Pod") else { return .none }
        return object.status?["phase"]?.string == "Failed" ? .none : .poor
    }
}
