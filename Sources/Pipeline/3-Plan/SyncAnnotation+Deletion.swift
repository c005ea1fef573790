// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What stands on a live object against its deletion.
extension SyncAnnotation {
    /// An objection to a deletion.
    package enum Objection: Sendable, Hashable {
        /// It asks to be kept: it is let go from the inventory.
        case asksToBeKept(String)
        /// It asks to be left alone, or for something that nobody understands and that may be a wish to be kept: it stays,
        /// and stays a member.
        case stays(String)

        /// The reason, for people, after "it".
        package var reason: String {
            switch self {
            case .asksToBeKept(let wish): "asks to be kept (\(wish))"
            case .stays(let reason): reason
            }
        }
    }

    /// Why the object must not be deleted by what its annotations say; nil when they say nothing against it. Asked when a
    /// plan is made, and of the object as it is just before the delete.
    package static func objection(of live: KubeObject) -> Objection? {
        if let wish = keepRequest(live) { return .asksToBeKept(wish) }
        if isLeftAlone(live) { return .stays("asks to be left alone") }
        return unclearWish(live).map { .stays("may ask to be kept: \($0)") }
    }

    /// The other tools' annotations that can ask for an object to be kept, with the values that ask for the contrary.
    private static let foreignWishes: [(key: String, contrary: [String])] = [
        ("kustomize.toolkit.fluxcd.io/prune", ["enabled", "true"]),
        ("kustomize.toolkit.fluxcd.io/reconcile", ["enabled", "true"]), ("helm.sh/resource-policy", ["delete"]),
        ("client.lifecycle.config.k8s.io/deletion", ["delete"]), ("cli-utils.sigs.k8s.io/on-remove", ["delete"]),
        ("argocd.argoproj.io/skip-reconcile", ["false"]),
    ]

    /// What cannot be understood among the annotations that may ask for the object to be kept.
    private static func unclearWish(_ live: KubeObject) -> String? {
        var known = live
        known.json[["metadata", "annotations", RolloutState.annotation]] = nil  // our own memory, no wish
        if let problem = problem(known) { return problem }
        for (key, contrary) in foreignWishes {
            guard let value = live.annotation(key), !contrary.contains(value.lowercased()) else { continue }
            return "the annotation \(key): \"\(value)\" is not understood"
        }
        let options = live.annotation("argocd.argoproj.io/sync-options") ?? ""
        for option in options.split(separator: ",") {
            let words = option.lowercased().filter { !$0.isWhitespace }.split(separator: "=", maxSplits: 1)
            guard let name = words.first, ["prune", "delete"].contains(name) else { continue }
            if words.count == 2, words[1] == "true" || words[1] == "prunelast" { continue }
            return "the option \(option) of argocd.argoproj.io/sync-options is not understood"
        }
        return nil
    }
}
