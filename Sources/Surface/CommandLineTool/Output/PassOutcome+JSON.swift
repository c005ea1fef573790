// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import SyncRender

extension PassOutcome {
    /// The value of `sync -o json`: the run, as in `history -o json`, with `objects`, `errors` and `notes`.
    func json(project: String) throws -> JSON {
        var result: JSON = ["project": .string(project), "outcome": .string(outcome.rawValue)]
        if let run { result = try JSON(encoding: run) }
        result["objects"] = .array(
            objects.map { object in
                [
                    "apiVersion": .string(object.apiVersion), "kind": .string(object.id.kind),
                    "namespace": .string(object.id.namespace), "name": .string(object.id.name),
                    "action": .string(object.action.rawValue),
                    "error": object.error.map { .string(ProcessOutput.redactor.line($0).text) } ?? .null,
                    "origin": object.origin.map { .string($0.description) } ?? .null,
                ]
            }
        )
        result["errors"] = .array(
            problems.map { .string($0.description) }
                + (problems.isEmpty ? failure.map { [.string($0.message)] } ?? [] : [])
        )
        result["notes"] = .array(
            (prune?.doubtsOfMore ?? []).map { .string(ProcessOutput.redactor.line($0).text) }
        )
        return result
    }

    /// The exit status of `sync`: 0 done, 1 not everything, 2 not even started.
    var exitStatus: Int32 {
        switch outcome {
        case .succeeded: 0
        case .failed: 2
        case .degraded, .held, .interrupted, .running, .unknown: 1
        }
    }
}
