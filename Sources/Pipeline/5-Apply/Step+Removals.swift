// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan

extension Step {
    private static let maxNamed = 5

    /// What goes from the object beside the other differences of the plan: fields that the step makes its own
    /// (``OwnershipTakeover``), that the manifest does not declare, and that nobody else owns. The outermost place of each,
    /// ascending by path; a field that the API server fills in again is among them. The plan has those of people's kubectl
    /// among its differences; what an adoption takes besides is known here only.
    var removals: [FieldDifference] {
        guard let live, !SyncAnnotation.forbidsForce(object),
            let takeover = OwnershipTakeover(for: live, applying: object, adopts: cause == .adoption)
        else { return [] }
        var planned = FieldSet()
        for difference in differences where !difference.isTakenAway { planned.insert(difference.path) }
        return takeover.removals(of: takeover.moved, from: live, applying: object)
            .filter { !planned.touches($0.path) }
            .sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// What the step has removed beside the differences of the plan, for display.
    ///
    /// - Parameter object: The object after the apply.
    /// - Returns: At most as many as are listed of one object.
    func removed(from object: KubeObject) -> [FieldChange] {
        FieldChange.list(removals.filter { !$0.stands(in: object) }, of: id.groupKind)
    }

    /// The same for the reason of the write, before it is known what the API server fills in again; empty when there is
    /// nothing.
    var removalText: String {
        let removals = removals
        guard !removals.isEmpty else { return "" }
        let named = removals.prefix(Self.maxNamed).map { removal in
            removal.shownPath(of: id.groupKind) + (removal.owner.map { " (taken from \($0))" } ?? "")
        }
        let more = removals.count > Self.maxNamed ? " and \(removals.count - Self.maxNamed) more" : ""
        return "; removes \(named.joined(separator: ", "))\(more)"
    }
}
