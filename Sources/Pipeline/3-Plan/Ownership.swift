// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// To whom a live object belongs, seen from one project.
package enum Ownership: Sendable, Hashable {
    /// Carries our ApplySet label.
    case ours
    /// Nobody's: may be adopted.
    case unowned
    /// Another tool's or project's; the text names it as a person would.
    case other(String)

    /// Reads the owner from labels, annotations and owner references.
    ///
    /// The marks are those of `reference/conventions.md` 3.2 and 3.5 to 3.7: ApplySet, Flux, Argo CD, Helm, Config Sync,
    /// kapp, cli-utils, Fleet; and a controlling owner reference.
    package static func of(_ live: KubeObject, for applySet: ApplySet) -> Ownership {
        if let partOf = live.label(ApplySet.partOfLabel) {
            return partOf == applySet.id ? .ours : .other("another ApplySet (\(partOf))")
        }
        if let flux = labelled(live, "kustomize.toolkit.fluxcd.io") { return .other("Flux Kustomization \(flux)") }
        if let flux = labelled(live, "helm.toolkit.fluxcd.io") { return .other("Flux HelmRelease \(flux)") }
        if let tracking = live.annotation("argocd.argoproj.io/tracking-id") {
            let application = tracking.split(separator: ":").first.map(String.init) ?? tracking
            return .other("Argo CD application \(application)")
        }
        if live.label("app.kubernetes.io/managed-by") == "Helm",
            let release = live.annotation("meta.helm.sh/release-name")
        {
            return .other("Helm release \(release)")
        }
        if live.annotation("configmanagement.gke.io/managed") == "enabled" { return .other("Config Sync") }
        if let application = live.label("kapp.k14s.io/app") { return .other("kapp app \(application)") }
        if let inventory = live.annotation("config.k8s.io/owning-inventory") {
            return .other("the cli-utils inventory \(inventory)")
        }
        if let bundle = live.label("fleet.cattle.io/bundle-name") ?? live.annotation("objectset.rio.cattle.io/id") {
            return .other("Rancher Fleet (\(bundle))")
        }
        return controller(of: live).map { .other("its controller \($0)") } ?? .unowned
    }

    private static func labelled(_ live: KubeObject, _ prefix: String) -> String? {
        guard let name = live.label("\(prefix)/name") else { return nil }
        return "\(live.label("\(prefix)/namespace") ?? "?")/\(name)"
    }

    private static func controller(of live: KubeObject) -> String? {
        for reference in live.metadata["ownerReferences"]?.array ?? [] where reference["controller"]?.bool == true {
            return "\(reference["kind"]?.string ?? "?") \(reference["name"]?.string ?? "?")"
        }
        return nil
    }
}
