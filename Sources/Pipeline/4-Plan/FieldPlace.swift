// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A place in an object with what `managedFields` says of it. Made on the way down, step by step, so that no field is
/// looked up from the root again.
struct FieldPlace {
    let path: [FieldPathElement]
    /// What any manager owns here and below; shows how lists are keyed. Nil when no manager owns anything here.
    let known: FieldSet?
    /// Whether our entry holds this place, or something below it. An entry that owns a whole value above it does not
    /// count: whole values are compared whole, and `{}` in our manifest does not own what others write below it.
    let isOwned: Bool
    /// What we own here and below; nil when there is none.
    let ours: FieldSet?

    /// The object as a whole.
    init(everyone: FieldSet, ours: FieldSet) {
        self.init(path: [], known: everyone, ours: ours, isOwned: !ours.isEmpty)
    }

    private init(path: [FieldPathElement], known: FieldSet?, ours: FieldSet?, isOwned: Bool) {
        self.path = path
        self.known = known
        self.ours = ours
        self.isOwned = isOwned
    }

    /// Whether an entry owns the value as a whole: an atomic list or map.
    var isAtomic: Bool { known?.isLeaf ?? false }

    /// One step down.
    func stepping(into element: FieldPathElement) -> FieldPlace {
        let next = ours?[element]
        return FieldPlace(
            path: path + [element],
            known: known?[element],
            ours: next,
            isOwned: next?.isEmpty == false
        )
    }
}

extension FieldSet {
    /// In the set itself, with nothing below.
    fileprivate var isLeaf: Bool { isMember && children.isEmpty }
}
