// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// Objects that the API server stores differently from what was sent: it fills in defaults, or a mutating webhook
/// changes a field.
extension StepRunner {
    /// Compares what was stored with what was sent. Values that the server only filled in are remembered. Where a
    /// stated value is missing or replaced, or a person has added a field meanwhile, the manifest is applied once more. A
    /// difference that stays then is made by another component, and applying again would not remove it.
    func converge(_ first: StepAnswer) async throws(StepFailure) -> StepAnswer {
        let left = difference(in: first)
        let isTouched = left.contains(where: \.isTakenAway)
        guard isTouched || reading(of: left) > .read else { return first.keeping(left, by: context.residualKey) }
        let second: StepAnswer
        do throws(StepFailure) {
            // A person has added something since the fields were taken over.
            if isTouched { try await takeOwnership(of: first.answer.object) }
            second = try await applyPatiently(onto: first.answer.object.uid)
        } catch {
            // The first apply has succeeded; the next pass checks the object again.
            let remark = "the server kept other values than git states, and a second apply failed: \(error.line)"
            return StepAnswer(
                first.answer,
                remarks: first.remarks + [remark],
                isRecreated: first.isRecreated,
                isUnfinished: true,
                second: error
            )
        }
        let found = difference(in: second)
        // What was added in between once more is nothing that the server makes of the manifest: the next pass takes it away.
        let rest = found.filter { !$0.isTakenAway }
        // Created by the first of the two.
        let answer = WriteAnswer(
            object: second.answer.object,
            isCreated: first.answer.isCreated || second.answer.isCreated,
            warnings: second.answer.warnings
        )
        return StepAnswer(
            answer,
            remarks: first.remarks + second.remarks + ConvergenceRemark.texts(rest, of: step.id.groupKind),
            isRecreated: first.isRecreated || second.isRecreated,
            isUnfinished: rest.count < found.count
        )
        .keeping(rest, isOverruled: reading(of: rest) == .replaced, by: context.residualKey)
    }

    private func difference(in answer: StepAnswer) -> [FieldDifference] {
        FieldComparison.differences(declared: step.object, live: answer.answer.object)
    }

    private func reading(of differences: [FieldDifference]) -> ServerReading {
        differences.map { ServerReading($0, of: step.id.groupKind) }.max() ?? .read
    }
}

extension StepAnswer {
    /// The same, with the residual.
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
