// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// What people ask of single objects by annotation: our own spelling, and those of Flux (which takes labels as well), Argo CD,
/// Helm and cli-utils.
package enum SyncAnnotation {
    /// Whether the object asks to be left alone altogether.
    package static func isLeftAlone(_ object: KubeObject) -> Bool {
        isDisabled(object, WireName.reconcile) || isDisabled(object, WireName.fluxReconcile)
            || object.label(WireName.fluxReconcile)?.lowercased() == "disabled"
            || object.annotation(WireName.argoSkipReconcile) == "true"
            || object.annotation(WireName.lifecycleMutation) == "ignore"
            || isDisabled(object, WireName.configSyncManaged)
    }

    /// The annotation, or Flux's label, by which the object asks never to be deleted, as `key: value`; nil when it does not.
    package static func keepRequest(_ object: KubeObject) -> String? {
        let exact = [
            (WireName.prune, "disabled"), (WireName.fluxPrune, "disabled"),
            (WireName.helmResourcePolicy, "keep"), (WireName.lifecycleDeletion, "detach"),
            (WireName.onRemove, "keep"),
        ]
        for (key, value) in exact where object.annotation(key)?.lowercased() == value { return "\(key): \(value)" }
        let fluxKey = WireName.fluxPrune
        if object.label(fluxKey)?.lowercased() == "disabled" { return "\(fluxKey): disabled" }
        let options = argoOptions(object)
        for option in ["Prune=false", "Delete=false", "Prune=confirm", "Delete=confirm"] where options.contains(option)
        {
            return "\(WireName.argoSyncOptions): \(option)"
        }
        return nil
    }

    /// Whether an immutable field may be changed by deleting and creating again.
    package static func allowsRecreate(_ object: KubeObject) -> Bool {
        object.annotation(WireName.force)?.lowercased() == "enabled"
            || object.annotation(WireName.fluxForce)?.lowercased() == "enabled"
            || argoOptions(object).contains("Force=true")
    }

    /// Whether fields of other managers are to be left to them: a conflict is then an error of the object.
    package static func forbidsForce(_ object: KubeObject) -> Bool {
        isDisabled(object, WireName.forceConflicts)
    }

    /// Names the tags, besides those of the project, whose images are rolled out when they change.
    package static let rollTags = WireName.rollTags
    /// Whether images of the object are followed at all.
    package static let rollLatest = WireName.rollLatest

    /// Our own annotations with the values that they may have, beside `sternpost.dev/wave` with its whole number and
    /// `sternpost.dev/roll-tags` with its tags.
    private static let vocabulary: [String: [String]] = [
        WireName.prune: ["disabled", "enabled"], WireName.reconcile: ["disabled", "enabled"],
        WireName.force: ["enabled", "disabled"], WireName.forceConflicts: ["disabled", "enabled"],
        rollLatest: ["false", "true"],
    ]

    /// What is wrong with the object's `sternpost.dev/` annotations or its wave, and the remedy; nil when nothing is. A
    /// misspelt request to be kept must not end in a deletion.
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
                let known = (Array(vocabulary.keys) + [WireName.wave, rollTags]).sorted().joined(separator: ", ")
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
        let ours = WireName.annotationPrefix.utf8
        return key.utf8.prefix(ours.count).elementsEqual(ours) { $0 | (0x41...0x5A ~= $0 ? 0x20 : 0) == $1 }
    }

    private static func tagProblem(_ text: String) -> String? {
        if TagPattern.list(text) != nil { return nil }
        return "the annotation \(rollTags): \"\(text)\" is not understood; write tags such as \"edge, release-*\""
    }

    private static func isDisabled(_ object: KubeObject, _ key: String) -> Bool {
        object.annotation(key)?.lowercased() == "disabled"
    }

    private static func argoOptions(_ object: KubeObject) -> [String] {
        object.annotation(WireName.argoSyncOptions)?.split(separator: ",")
            .map { String($0.filter { !$0.isWhitespace }) } ?? []
    }
}
