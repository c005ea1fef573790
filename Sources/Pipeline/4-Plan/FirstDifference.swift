// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The first place within two values at which they differ, for display. Found in one walk over both.
struct FirstDifference {
    /// From the values' own place on, innermost first; empty when the values themselves are of different kinds.
    private var steps: [FieldPathElement] = []
    /// Nil when nothing stands there.
    let before: JSON?
    /// Nil when nothing stands there.
    let after: JSON?

    /// The place as the API server prints it, such as `[0].served`.
    var place: String { Array(steps.reversed()).display }

    /// Nil when both are the same.
    init?(_ before: JSON?, _ after: JSON?) {
        if let old = before?.object, let new = after?.object {
            for member in old {
                guard let found = FirstDifference(member.value, new[member.key]) else { continue }
                self = found.within(.field(member.key))
                return
            }
            guard let added = new.first(where: { old[$0.key] == nil }) else { return nil }
            self.before = nil
            self.after = added.value
            steps = [.field(added.key)]
        } else if let old = before?.array, let new = after?.array {
            for (index, pair) in zip(old, new).enumerated() {
                guard let found = FirstDifference(pair.0, pair.1) else { continue }
                self = found.within(.index(index))
                return
            }
            guard old.count != new.count else { return nil }
            let index = min(old.count, new.count)
            self.before = old.dropFirst(index).first
            self.after = new.dropFirst(index).first
            steps = [.index(index)]
        } else {
            guard before != after else { return nil }
            self.before = before
            self.after = after
        }
    }

    private func within(_ element: FieldPathElement) -> FirstDifference {
        var outer = self
        outer.steps.append(element)
        return outer
    }
}
