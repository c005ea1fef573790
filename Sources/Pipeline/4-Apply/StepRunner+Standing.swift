// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// What an apply has changed of what was to be changed, and what stands as it stood: fields that left the manifest were given
/// up then, and nothing was taken from anybody; others the API server keeps in its own way.
struct StandingFields {
    private static let maxNamed = 5

    private let fields: [FieldDifference]
    private let object: KubeObject
    private let kind: GroupKind

    /// Looks for them in the API server's answer to an apply. Only so many are looked for as are listed of one object.
    init(_ step: Step, in object: KubeObject) {
        self.object = object
        kind = step.id.groupKind
        fields = step.differences.prefix(FieldChange.maxListed).filter { $0.stands(in: object) }
    }

    /// What the apply has changed, for people; what was to be changed where no value has.
    func changes(of step: Step) -> [FieldChange] {
        let standing = Set(fields)
        let sought = step.differences.prefix(FieldChange.maxListed).filter { !standing.contains($0) }
        let changed = sought.filter { !$0.isUnmoved(in: object) }
        return FieldChange.list(changed.isEmpty ? sought : changed, of: kind)
    }

    /// Which fields stand, and by whom; nothing when none does.
    var remarks: [String] {
        guard !fields.isEmpty else { return [] }
        let named = fields.prefix(Self.maxNamed).map { field in
            let path = FieldChange(field, of: kind).path
            return "\(path) (\(owner(of: field.path).map { "\($0) has it, too" } ?? "the API server keeps it"))"
        }
        let more = fields.count > Self.maxNamed ? " and \(fields.count - Self.maxNamed) more" : ""
        let text = "left the manifest, and stays in the object: \(named.joined(separator: ", "))\(more)"
        return [Redactor.shared.redact(text.singleLine)]
    }

    private func owner(of path: [FieldPathElement]) -> String? {
        object.managedFields.first { !$0.isOurApply && $0.fields.subset(at: path) != nil }?.manager
    }
}
