// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

/// Objects of which the API server makes something else than was sent, each time: a mutating webhook sets a field back, or
/// the server writes it in its own way.
extension StepRunner {
    private static let maxNamed = 5

    /// Compares what was stored with what was sent, and applies once more when they differ: a difference that stays is the
    /// server's doing, and applying ever again would not mend it.
    func converge(_ first: StepAnswer) async throws(StepFailure) -> StepAnswer {
        guard !difference(in: first).isEmpty else { return first }
        let second = try await applyPatiently()
        let rest = difference(in: second)
        // Created by the first of the two.
        let answer = WriteAnswer(
            object: second.answer.object,
            isCreated: first.answer.isCreated || second.answer.isCreated,
            warnings: second.answer.warnings
        )
        return StepAnswer(
            answer,
            remarks: first.remarks + second.remarks + (rest.isEmpty ? [] : [remark(rest)]),
            isRecreated: first.isRecreated || second.isRecreated,
            residual: FieldComparison.digest(of: rest)
        )
    }

    private func difference(in answer: StepAnswer) -> [FieldChange] {
        FieldComparison.changes(declared: step.object, live: answer.answer.object)
    }

    private func remark(_ rest: [FieldChange]) -> String {
        let named = rest.prefix(Self.maxNamed).map { change in
            let values = change.before.map { " is \($0)" } ?? " is absent or hidden"
            return "\(change.path)\(values)\(change.after.map { " where git says \($0)" } ?? "")"
        }
        let more = rest.count > Self.maxNamed ? " and \(rest.count - Self.maxNamed) more" : ""
        return Redactor.shared.redact(
            ("mutated by admission: after two applies \(named.joined(separator: ", "))\(more);"
                + " not applied again until git or the object changes").singleLine
        )
    }
}
