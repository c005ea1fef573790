// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

@testable import SyncLoop

/// Values that passes are made of.
enum PassFixture {
    static let commit = CommitInfo(
        id: String(repeating: "a", count: 40),
        ref: "main",
        authorName: "Ada",
        authorEmail: "ada@example.com",
        authoredAt: 0,
        subject: "change"
    )
    static let applySet = ApplySet(project: "posts", namespace: "sternpost")
    static let origin = Origin(file: "infra/a.yaml", line: 1)
    static let failure = PassFailure(stage: .source, message: "the repository does not answer", isRetryable: true)

    static func id(_ name: String = "a") -> ObjectID {
        ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: name)
    }

    static func refused(_ reason: RefusedObject.Reason, _ name: String = "a") -> RefusedObject {
        RefusedObject(id: id(name), apiVersion: "v1", origin: origin, reason: reason, message: "is refused")
    }

    static func mark(_ version: String) -> Inventory.AppliedMark {
        Inventory.AppliedMark(uid: "uid-1", resourceVersion: version, contentHash: "hash")
    }

    static func live(version: String) throws -> KubeObject {
        try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": "a", "namespace": "shop", "uid": "uid-1", "resourceVersion": .string(version)],
        ])
    }

    static func step(_ cause: Step.Cause, _ name: String = "a") throws -> Step {
        Step(
            id: id(name),
            action: .configure,
            cause: cause,
            object: try live(version: "1"),
            resource: APIResource(
                gvk: GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"),
                plural: "configmaps",
                isNamespaced: true,
                verbs: ["list", "patch", "delete"]
            ),
            origin: origin,
            contentHash: "hash",
            live: nil,
            differences: [],
            dependsOn: [],
            mayRecreate: false
        )
    }

    static func plan(
        steps: [Step] = [],
        unchanged: [SettledObject] = [],
        refused: [RefusedObject] = [],
        reportedDrift: [Step] = [],
        prune: PrunePlan = PrunePlan(verdict: .allowed, steps: [], released: [])
    ) -> Plan {
        Plan(
            commit: commit,
            waves: steps.isEmpty ? [] : [Wave(number: 0, steps: steps, awaits: [])],
            unchanged: unchanged,
            refused: refused,
            reportedDrift: reportedDrift,
            prune: prune,
            desiredMembers: []
        )
    }

    static func prepared(_ plan: Plan, generation: Int? = 1, unwatched: Set<ObjectID> = []) -> PreparedPass {
        PreparedPass(
            rendered: RenderedSet(commit: commit, treeID: "", objects: [], notices: []),
            catalog: APICatalog(),
            inventory: Inventory(applySet: applySet),
            live: LiveSet(catalog: APICatalog(), objects: [:], unreadable: [:]),
            plan: plan,
            generation: generation,
            unwatched: unwatched,
            policy: PlanPolicy()
        )
    }

    static func report(
        _ outcomes: [ObjectOutcome] = [],
        interruption: String? = nil,
        closedGate: ClosedGate? = nil
    ) -> ApplyReport {
        ApplyReport(
            outcomes: outcomes,
            inventory: Inventory(applySet: applySet),
            interruption: interruption,
            closedGate: closedGate
        )
    }

    /// An outcome; one without an origin is of a deletion.
    static func object(
        _ action: ObjectOutcome.Action,
        origin: Origin? = PassFixture.origin,
        isRetryable: Bool = false,
        isUnfinished: Bool = false
    ) -> ObjectOutcome {
        ObjectOutcome(
            id: id(),
            apiVersion: "v1",
            action: action,
            origin: origin,
            error: action == .failed ? "it failed" : nil,
            isRetryable: isRetryable,
            isUnfinished: isUnfinished
        )
    }

    /// The row of a pass that ended like this.
    static func row(_ outcome: RunOutcome) -> SyncRun {
        SyncRun(
            id: 1,
            project: "posts",
            commit: commit,
            message: "change",
            trigger: .commit,
            startedAt: Date(timeIntervalSince1970: 0),
            finishedAt: Date(timeIntervalSince1970: 1),
            outcome: outcome,
            counts: RunCounts()
        )
    }

    /// How a plan was carried out, with a row in the history or without.
    static func carriedOut(
        _ outcome: RunOutcome,
        hasRow: Bool = true,
        interruption: PassOutcome.Interruption? = nil,
        owesMarks: Bool = false
    ) -> PassOutcome.CarriedOut {
        PassOutcome.CarriedOut(
            outcome: outcome,
            run: hasRow ? row(outcome) : nil,
            result: PassOutcome.PlanResult(prepared(plan()), objects: [], approved: nil),
            rewriting: nil,
            lostInventory: nil,
            health: nil,
            interruption: interruption,
            owesMarks: owesMarks
        )
    }

    /// How a pass ended that carried a plan out, with a row in the history or without.
    static func outcome(_ outcome: RunOutcome, hasRow: Bool = true, owesMarks: Bool = false) -> PassOutcome {
        let done = carriedOut(outcome, hasRow: hasRow, owesMarks: owesMarks)
        return PassOutcome(.carriedOut(done), commit: commit, duration: .zero)
    }
}
