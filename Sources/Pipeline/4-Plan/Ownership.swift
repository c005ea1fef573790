// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// To whom a live object belongs, seen from one project.
package enum Ownership: Sendable, Hashable {
    /// Carries our ApplySet label.
    case ours
    /// Has no owner: may be adopted.
    case unowned
    /// Another tool's or project's; the text names it as a person would.
    case other(String)

    /// Reads the owner from labels, annotations and owner references.
    ///
    /// The marks are those of ApplySet, Flux, Argo CD, Helm, Config Sync, kapp, cli-utils, Fleet; and a controlling owner
    /// reference.
    ///
    /// A mark that our own apply wrote, because the manifest declares it, says nothing. Any other mark counts even beside
    /// our label: an object that was handed over to another tool is that tool's.
    ///
    /// - Parameters:
    ///   - live: The object.
    ///   - applySet: Ours.
    ///   - owners: The names of the ApplySets of others, by id, as ``LiveSet/owners``.
    ///   - countsController: Whether what controls the object owns it.
    /// - Returns: The owner.
    package static func of(
        _ live: KubeObject,
        for applySet: ApplySet,
        owners: [String: String] = [:],
        countsController: Bool = true
    ) -> Ownership {
        let partOf = live.label(ApplySet.partOfLabel)
        if let partOf, partOf != applySet.id { return .other(owners[partOf] ?? "another ApplySet (\(partOf))") }
        if otherTool(live) != nil, let other = otherTool(withoutOwnMarks(live)) { return .other(other) }
        if countsController, let controller = controller(of: live) { return .other("its controller \(controller)") }
        return partOf == nil ? .unowned : .ours
    }

    private static func withoutOwnMarks(_ live: KubeObject) -> KubeObject {
        let ours = live.managedFields.first(where: \.isOurApply)
        var result = live
        for map in ["labels", "annotations"] {
            guard let owned = ours?.fields[.field("metadata")]?[.field(map)], let members = live.metadata[map]?.object
            else { continue }
            result.json[["metadata", map]] = .object(JSONObject(members.filter { owned[.field($0.key)] == nil }))
        }
        return result
    }

    /// The tool whose mark the object bears; nil when there is none.
    private static func otherTool(_ live: KubeObject) -> String? {
        if let flux = labelled(live, "kustomize.toolkit.fluxcd.io") { return "Flux Kustomization \(flux)" }
        if let flux = labelled(live, "helm.toolkit.fluxcd.io") { return "Flux HelmRelease \(flux)" }
        if let tracking = live.annotation("argocd.argoproj.io/tracking-id") {
            let application = tracking.split(separator: ":").first.map(String.init) ?? tracking
            return "Argo CD application \(application)"
        }
        if live.label(WireName.managedBy) == "Helm",
            let release = live.annotation("meta.helm.sh/release-name")
        {
            return "Helm release \(release)"
        }
        if live.annotation(WireName.configSyncManaged) == "enabled" { return "Config Sync" }
        if let application = live.label("kapp.k14s.io/app") { return "kapp app \(application)" }
        if let inventory = live.annotation("config.k8s.io/owning-inventory") {
            return "the cli-utils inventory \(inventory)"
        }
        if let bundle = live.label("fleet.cattle.io/bundle-name") ?? live.label("fleet.cattle.io/repo-name")
            ?? live.annotation("objectset.rio.cattle.io/id")
        {
            return "Rancher Fleet (\(bundle))"
        }
        return nil
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
