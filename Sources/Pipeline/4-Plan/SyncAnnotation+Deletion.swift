// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Annotations and labels of a live object that forbid its deletion.
extension SyncAnnotation {
    /// An objection to a deletion.
    package enum Objection: Sendable, Hashable {
        /// It asks to be kept: it is released from the inventory.
        case asksToBeKept(String)
        /// It asks to be left alone, or has a value that is not understood and may mean "keep": it stays, and stays a
        /// member.
        case stays(String)

        /// The reason, for display, after "it".
        package var reason: String {
            switch self {
            case .asksToBeKept(let wish): "asks to be kept (\(wish))"
            case .stays(let reason): reason
            }
        }
    }

    /// Why its annotations and labels forbid deleting the object; nil when they do not. Asked when a plan is made, and
    /// again of the object just before the delete.
    package static func objection(of live: KubeObject) -> Objection? {
        if let wish = keepRequest(live) { return .asksToBeKept(wish) }
        if isLeftAlone(live) { return .stays("asks to be left alone") }
        return unclearWish(live).map { .stays("may ask to be kept: \($0)") }
    }

    /// The other tools' annotations that can ask for an object to be kept, with the values that ask for the contrary.
    static let foreignWishes: [KeepWish] = [
        KeepWish(WireName.fluxPrune, ["enabled", "true"]),
        KeepWish(WireName.fluxReconcile, ["enabled", "true"]), KeepWish(WireName.helmResourcePolicy, ["delete"]),
        KeepWish(WireName.lifecycleDeletion, ["delete"]),
        KeepWish(WireName.lifecycleMutation, ["apply"]),
        KeepWish(WireName.onRemove, ["delete"]), KeepWish(WireName.argoSkipReconcile, ["false"]),
        KeepWish(WireName.configSyncManaged, ["enabled"]),
    ]

    /// The first annotation that may ask for the object to be kept and has a value that is not understood.
    private static func unclearWish(_ live: KubeObject) -> String? {
        var known = live
        known.json[["metadata", "annotations", WireName.rollout]] = nil  // our own memory, no wish
        if let problem = problem(known) { return problem }
        for wish in foreignWishes {
            guard let value = live.annotation(wish.key), !wish.contrary.contains(value.lowercased()) else { continue }
            return "the annotation \(wish.key): \"\(value)\" is not understood"
        }
        if let misspelt = MisspeltWish.find(in: live) { return misspelt }
        let options = live.annotation(WireName.argoSyncOptions) ?? ""
        for option in options.split(separator: ",") {
            let words = option.lowercased().filter { !$0.isWhitespace }.split(separator: "=", maxSplits: 1)
            guard let name = words.first, ["prune", "delete"].contains(name) else { continue }
            if words.count == 2, words[1] == "true" || words[1] == "prunelast" { continue }
            return "the option \(option) of \(WireName.argoSyncOptions) is not understood"
        }
        return nil
    }
}
