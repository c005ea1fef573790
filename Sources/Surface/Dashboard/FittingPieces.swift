// SPDX-License-Identifier: Apache-2.0

/// The first pieces of a list, as many as a part of a page has room for. The room is known before any of them is made; the
/// others are counted and not made.
struct FittingPieces {
    /// The most pieces, however short they are.
    static let maxPieces = 1000

    /// The pieces that fit.
    let shown: HTML
    /// How many do not fit, or were left out before.
    let leftOut: Int

    /// Makes pieces until one does not fit any more.
    ///
    /// - Parameters:
    ///   - items: What to make pieces of.
    ///   - maxBytes: The room.
    ///   - further: How many were left out already, beside the items.
    ///   - piece: Makes one; bounded by itself.
    init<Item>(_ items: some Collection<Item>, maxBytes: Int, further: Int = 0, _ piece: (Item) -> HTML) {
        var pieces: [HTML] = []
        var left = maxBytes
        for item in items.prefix(FittingPieces.maxPieces) {
            let made = piece(item)
            left -= made.text.utf8.count
            guard left >= 0 else { break }
            pieces.append(made)
        }
        shown = HTML(pieces)
        leftOut = items.count - pieces.count + further
    }

    /// The line about those that are left out, in the words of the report of a sync; empty when all are shown. The command
    /// shows them.
    func more(_ command: String) -> HTML {
        guard leftOut > 0 else { return "" }
        return "<p class=\"soft\">… and \(leftOut) more: \(command)</p>"
    }
}
