// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan

/// What an apply has changed, and what it has left unchanged although it was in the plan: fields that left the manifest
/// but have another owner, and values that the API server stores differently.
struct StandingFields {
    private static let maxNamed = 5

    private let fields: [FieldDifference]
    private let object: KubeObject
    private let kind: GroupKind

    /// Looks for them in the API server's answer to an apply. At most as many are looked for as are listed of one
    /// object.
    init(_ step: Step, in object: KubeObject) {
        self.object = object
        kind = step.id.groupKind
        fields = step.differences.prefix(FieldChange.maxListed).filter { !$0.isTakenAway && $0.stands(in: object) }
    }

    /// What the apply has changed, for display; if no value has changed, what was planned. ``Step/removed(from:)`` tells what
    /// it has taken away.
    func changes(of step: Step) -> [FieldChange] {
        let standing = Set(fields)
        let sought = step.differences.prefix(FieldChange.maxListed)
            .filter { !$0.isTakenAway && !standing.contains($0) }
        let changed = sought.filter { !$0.isUnmoved(in: object) }
        return FieldChange.list(changed.isEmpty ? sought : changed, of: kind)
    }

    /// The remark about fields that are unchanged, and who owns them; empty when there are none.
    var remarks: [String] {
        guard !fields.isEmpty else { return [] }
        let named = fields.prefix(Self.maxNamed).map { field in
            let path = FieldChange(field, of: kind).path
            return "\(path) (\(owner(of: field.path).map { "\($0) has it, too" } ?? "the API server keeps it"))"
        }
        let more = fields.count > Self.maxNamed ? " and \(fields.count - Self.maxNamed) more" : ""
        return ["left the manifest, and stays in the object: \(named.joined(separator: ", "))\(more)"]
    }

    private func owner(of path: [FieldPathElement]) -> String? {
        object.managedFields.first { !$0.isOurApply && $0.fields.subset(at: path) != nil }?.manager
    }
}
