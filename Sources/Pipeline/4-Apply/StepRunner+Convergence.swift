// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

/// Objects of which the API server makes something else than was sent: it reads the manifest in its own way, or a mutating
/// webhook sets a field back.
extension StepRunner {
    private static let maxNamed = 5

    /// Compares what was stored with what was sent. What the server only filled in is its reading of the manifest, and is
    /// remembered. Where a stated value is missing or another one, the manifest is applied once more: a difference that
    /// stays is somebody's doing, and applying ever again would not mend it.
    func converge(_ first: StepAnswer) async throws(StepFailure) -> StepAnswer {
        let left = difference(in: first)
        guard reading(of: left) > .read else { return first.keeping(left, by: context.residualKey) }
        let second: StepAnswer
        do throws(StepFailure) { second = try await applyPatiently(onto: first.answer.object.uid) } catch {
            // The first apply was taken in, and that stays true; the next pass looks at the object again.
            let remark = "the server kept other values than git states, and a second apply failed: \(error.line)"
            return StepAnswer(
                first.answer,
                remarks: first.remarks + [remark],
                isRecreated: first.isRecreated,
                isUnfinished: true,
                second: error
            )
        }
        let rest = difference(in: second)
        // Created by the first of the two.
        let answer = WriteAnswer(
            object: second.answer.object,
            isCreated: first.answer.isCreated || second.answer.isCreated,
            warnings: second.answer.warnings
        )
        return StepAnswer(
            answer,
            remarks: first.remarks + second.remarks + remarks(rest),
            isRecreated: first.isRecreated || second.isRecreated
        )
        .keeping(rest, isOverruled: reading(of: rest) == .replaced, by: context.residualKey)
    }

    private func difference(in answer: StepAnswer) -> [FieldDifference] {
        FieldComparison.differences(declared: step.object, live: answer.answer.object)
    }

    private func reading(of differences: [FieldDifference]) -> ServerReading {
        differences.map { ServerReading($0, of: step.id.groupKind) }.max() ?? .read
    }

    /// What people should know of stated values that are not there: who changes them is not known, only that it is so.
    private func remarks(_ rest: [FieldDifference]) -> [String] {
        let sorted = Dictionary(grouping: rest) { ServerReading($0, of: step.id.groupKind) }
        let texts = [(ServerReading.replaced, "mutated by admission"), (.dropped, "not kept by the API server")]
        return texts.compactMap { reading, words in sorted[reading].map { remark($0, words) } }
    }

    private func remark(_ rest: [FieldDifference], _ words: String) -> String {
        let named = rest.prefix(Self.maxNamed).map { difference in
            let change = FieldChange(difference, of: step.id.groupKind)
            let isShown = change.before != nil || change.after != nil
            let values = change.before.map { " is \($0)" } ?? (isShown ? " is absent" : " is hidden")
            return "\(change.path)\(values)\(change.after.map { " where git says \($0)" } ?? "")"
        }
        let more = rest.count > Self.maxNamed ? " and \(rest.count - Self.maxNamed) more" : ""
        return Redactor.shared.redact(
            ("\(words): after two applies \(named.joined(separator: ", "))\(more);"
                + " not applied again until git or the object changes").singleLine
        )
    }
}

extension StepAnswer {
    /// The same, with what the server keeps otherwise.
    fileprivate func keeping(
        _ differences: [FieldDifference],
        isOverruled: Bool = false,
        by key: ResidualKey
    ) -> StepAnswer {
        guard !differences.isEmpty else { return self }
        return StepAnswer(
            answer,
            remarks: remarks,
            isRecreated: isRecreated,
            residual: Residual(differences, isOverruled: isOverruled, key: key),
            isUnfinished: isUnfinished,
            second: second
        )
    }
}
