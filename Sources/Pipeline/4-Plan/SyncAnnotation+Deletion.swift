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
    fileprivate static let foreignWishes: [Wish] = [
        Wish(WireName.fluxPrune, ["enabled", "true"]),
        Wish(WireName.fluxReconcile, ["enabled", "true"]), Wish(WireName.helmResourcePolicy, ["delete"]),
        Wish(WireName.lifecycleDeletion, ["delete"]),
        Wish(WireName.lifecycleMutation, ["apply"]),
        Wish(WireName.onRemove, ["delete"]), Wish(WireName.argoSkipReconcile, ["false"]),
        Wish(WireName.configSyncManaged, ["enabled"]),
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

/// An annotation that can ask for an object to be kept, and the values that ask for the contrary.
private struct Wish {
    let key: String
    let contrary: [String]

    init(_ key: String, _ contrary: [String]) {
        self.key = key
        self.contrary = contrary
    }
}

/// A request to be kept in a spelling that no tool reads: in capitals, without a hyphen, or as a label. It is
/// respected, because its author meant it.
private enum MisspeltWish {
    private static let argoOptions = WireName.argoSyncOptions

    /// Matched by the letters of their keys.
    private static let wishes: [String: Wish] = {
        let own = [Wish(WireName.prune, ["enabled"]), Wish(WireName.reconcile, ["enabled"])]
        let all = SyncAnnotation.foreignWishes + own + [Wish(argoOptions, [])]
        return Dictionary(all.map { (sound($0.key), $0) }) { first, _ in first }
    }()

    static func find(in live: KubeObject) -> String? {
        for (field, noun) in [("annotations", "annotation"), ("labels", "label")] {
            for member in live.metadata[field]?.object ?? JSONObject() {
                guard let wish = wishes[sound(member.key)], noun == "label" || member.key != wish.key else { continue }
                let value = member.value.string ?? ""
                if wish.contrary.contains(value.lowercased()) { continue }
                if wish.key == argoOptions, !asksToBeKept(value) { continue }
                let meant = "perhaps the annotation \(wish.key) is meant"
                return "the \(noun) \(member.key): \"\(value)\" is not understood; \(meant)"
            }
        }
        return nil
    }

    private static func asksToBeKept(_ options: String) -> Bool {
        let text = options.lowercased()
        return ["=false", "=confirm"].contains { text.contains($0) }
    }

    /// Only the letters of a key, without a plural s.
    private static func sound(_ key: String) -> String {
        var letters = key.utf8.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }.filter { 0x61...0x7A ~= $0 }
        if letters.last == UInt8(ascii: "s") { letters.removeLast() }
        return String(decoding: letters, as: UTF8.self)
    }
}
