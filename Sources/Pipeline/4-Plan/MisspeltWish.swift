// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// An annotation that can ask for an object to be kept, and the values that ask for the contrary.
struct KeepWish: Sendable {
    let key: String
    let contrary: [String]

    init(_ key: String, _ contrary: [String]) {
        self.key = key
        self.contrary = contrary
    }
}

/// A request to be kept in a spelling that no tool reads: in capitals, without a hyphen, with a letter too many, too few
/// or in the wrong place, or as a label. It is respected, because its author meant it.
enum MisspeltWish {
    private static let argoOptions = WireName.argoSyncOptions

    /// A wish with the letters of its key.
    private struct Known: Sendable {
        let wish: KeepWish
        let letters: Letters

        init(_ wish: KeepWish) {
            self.wish = wish
            letters = Letters(wish.key)
        }

        /// Whether another key is so near that this one may be meant. Under the same prefix a longer name may be further
        /// away: what else its tool reads there is not near to it.
        func isNear(_ other: Letters) -> Bool {
            if EditDistance.between(letters.all, other.all, atMost: 2) != nil { return true }
            guard letters.prefix == other.prefix else { return false }
            return EditDistance.between(letters.name, other.name, atMost: max(2, letters.name.count / 3)) != nil
        }
    }

    /// Only the letters of a key and its parts, in lower case and without a plural s.
    private struct Letters: Sendable {
        let all: [UInt8]
        /// Before the slash; empty without one.
        let prefix: [UInt8]
        let name: [UInt8]

        init(_ key: String) {
            let parts = key.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
            all = Self.sound(key.utf8[...])
            prefix = parts.count == 2 ? Self.sound(parts[0]) : []
            name = Self.sound(parts[parts.count - 1])
        }

        private static func sound(_ text: Substring.UTF8View) -> [UInt8] {
            var letters = text.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }.filter { 0x61...0x7A ~= $0 }
            if letters.last == UInt8(ascii: "s") { letters.removeLast() }
            return letters
        }
    }

    private static let wishes: [Known] = {
        let own = [KeepWish(WireName.prune, ["enabled"]), KeepWish(WireName.reconcile, ["enabled"])]
        return (SyncAnnotation.foreignWishes + own + [KeepWish(argoOptions, [])]).map(Known.init)
    }()
    private static let keys = Set(wishes.map(\.wish.key))

    /// The first misspelt request of an object, with what is meant; nil when there is none.
    static func find(in live: KubeObject) -> String? {
        for (field, noun) in [("annotations", "annotation"), ("labels", "label")] {
            for member in live.metadata[field]?.object ?? JSONObject() {
                // In its place and its own spelling it is read.
                guard noun == "label" || !keys.contains(member.key), let wish = meant(by: member.key) else { continue }
                let value = member.value.string ?? ""
                if wish.contrary.contains(value.lowercased()) { continue }
                if wish.key == argoOptions, !asksToBeKept(value) { continue }
                let hint = "perhaps the annotation \(wish.key) is meant"
                return "the \(noun) \(member.key): \"\(value)\" is not understood; \(hint)"
            }
        }
        return nil
    }

    private static func meant(by key: String) -> KeepWish? {
        let letters = Letters(key)
        let known = wishes.first { $0.letters.all == letters.all } ?? wishes.first { $0.isNear(letters) }
        return known?.wish
    }

    /// Whether one of Argo CD's options is near to `Prune=false`, `Delete=false` or the like.
    private static func asksToBeKept(_ options: String) -> Bool {
        options.lowercased().split(separator: ",").contains { option in
            let words = option.filter { !$0.isWhitespace }.split(separator: "=", maxSplits: 1)
            guard words.count == 2, ["false", "confirm"].contains(words[1]) else { return false }
            return ["prune", "delete"].contains { known in
                EditDistance.between(Array(known.utf8), Array(words[0].utf8), atMost: 2) != nil
            }
        }
    }
}
