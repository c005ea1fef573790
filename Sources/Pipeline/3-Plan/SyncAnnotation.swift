// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// What people ask of single objects by annotation: our own spelling, and those of Flux (which takes labels as well), Argo CD,
/// Helm and cli-utils.
package enum SyncAnnotation {
    /// Whether the object asks to be left alone altogether.
    package static func isLeftAlone(_ object: KubeObject) -> Bool {
        isDisabled(object, "sternpost.dev/reconcile") || isDisabled(object, "kustomize.toolkit.fluxcd.io/reconcile")
            || object.label("kustomize.toolkit.fluxcd.io/reconcile")?.lowercased() == "disabled"
            || object.annotation("argocd.argoproj.io/skip-reconcile") == "true"
            || object.annotation("client.lifecycle.config.k8s.io/mutation") == "ignore"
            || isDisabled(object, "configmanagement.gke.io/managed")
    }

    /// The annotation, or Flux's label, by which the object asks never to be deleted, as `key: value`; nil when it does not.
    package static func keepRequest(_ object: KubeObject) -> String? {
        let exact = [
            ("sternpost.dev/prune", "disabled"), ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
            ("helm.sh/resource-policy", "keep"), ("client.lifecycle.config.k8s.io/deletion", "detach"),
            ("cli-utils.sigs.k8s.io/on-remove", "keep"),
        ]
        for (key, value) in exact where object.annotation(key)?.lowercased() == value { return "\(key): \(value)" }
        let fluxKey = "kustomize.toolkit.fluxcd.io/prune"
        if object.label(fluxKey)?.lowercased() == "disabled" { return "\(fluxKey): disabled" }
        let options = argoOptions(object)
        for option in ["Prune=false", "Delete=false", "Prune=confirm", "Delete=confirm"] where options.contains(option)
        {
            return "argocd.argoproj.io/sync-options: \(option)"
        }
        return nil
    }

    /// Whether an immutable field may be changed by deleting and creating again.
    package static func allowsRecreate(_ object: KubeObject) -> Bool {
        object.annotation("sternpost.dev/force")?.lowercased() == "enabled"
            || object.annotation("kustomize.toolkit.fluxcd.io/force")?.lowercased() == "enabled"
            || argoOptions(object).contains("Force=true")
    }

    /// Whether fields of other managers are to be left to them: a conflict is then an error of the object.
    package static func forbidsForce(_ object: KubeObject) -> Bool {
        isDisabled(object, "sternpost.dev/force-conflicts")
    }

    /// Names the tags, besides those of the project, whose images are rolled out when they change.
    package static let rollTags = "sternpost.dev/roll-tags"
    /// Whether images of the object are followed at all.
    package static let rollLatest = "sternpost.dev/roll-latest"

    /// Our own annotations with the values that they may have, beside `sternpost.dev/wave` with its whole number and
    /// `sternpost.dev/roll-tags` with its tags.
    private static let vocabulary: [String: [String]] = [
        "sternpost.dev/prune": ["disabled", "enabled"], "sternpost.dev/reconcile": ["disabled", "enabled"],
        "sternpost.dev/force": ["enabled", "disabled"], "sternpost.dev/force-conflicts": ["disabled", "enabled"],
        rollLatest: ["false", "true"],
    ]

    /// What is wrong with the object's `sternpost.dev/` annotations or its wave, and the remedy; nil when all is well.
    /// A misspelt request to be kept must not end in a deletion.
    package static func problem(_ object: KubeObject) -> String? {
        for member in object.metadata["labels"]?.object ?? JSONObject() where isOurs(member.key) {
            return "the label \(member.key) asks for nothing; write it as an annotation"
        }
        for member in object.metadata["annotations"]?.object ?? JSONObject()
        where isOurs(member.key) || WaveNumber.annotations.contains(member.key) {
            let text = member.value.string ?? ""
            if WaveNumber.annotations.contains(member.key) {
                if Int(text) == nil {
                    return "the annotation \(member.key): \"\(text)\" is no whole number; write one such as \"5\""
                }
                continue
            }
            if member.key == rollTags {
                if let problem = tagProblem(text) { return problem }
                continue
            }
            guard let allowed = vocabulary[member.key] else {
                let known = (Array(vocabulary.keys) + ["sternpost.dev/wave", rollTags]).sorted().joined(separator: ", ")
                return "the annotation \(member.key) is not known; there are \(known)"
            }
            if !allowed.contains(text.lowercased()) {
                let words = allowed.joined(separator: " or ")
                return "the annotation \(member.key): \"\(text)\" is not understood; write \(words)"
            }
        }
        return nil
    }

    /// Whether a key is one of ours, in whatever case: the API server lets capitals through.
    private static func isOurs(_ key: String) -> Bool {
        key.utf8.prefix(ours.utf8.count).elementsEqual(ours.utf8) { $0 | (0x41...0x5A ~= $0 ? 0x20 : 0) == $1 }
    }

    private static let ours = "sternpost.dev/"

    private static func tagProblem(_ text: String) -> String? {
        if TagPattern.list(text) != nil { return nil }
        return "the annotation \(rollTags): \"\(text)\" is not understood; write tags such as \"edge, release-*\""
    }

    private static func isDisabled(_ object: KubeObject, _ key: String) -> Bool {
        object.annotation(key)?.lowercased() == "disabled"
    }

    private static func argoOptions(_ object: KubeObject) -> [String] {
        object.annotation("argocd.argoproj.io/sync-options")?.split(separator: ",")
            .map { String($0.filter { !$0.isWhitespace }) } ?? []
    }
}
