// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import SyncSource
import YAMLText

/// One thing that is measured. `run` fails when its result is not the one it must be: a fast wrong answer is no figure.
struct Workload: Sendable {
    /// What `amount` counts, for the column of rates.
    enum Unit {
        case bytes, objects
    }

    let name: String
    let unit: Unit
    /// How much one run works off.
    let amount: @Sendable (BenchmarkInputs) -> Int
    /// One run; the result is kept alive while memory is read.
    let run: @Sendable (BenchmarkInputs) throws -> any Sendable

    static let all: [Workload] = [
        Workload(name: "YAML parsing", unit: .bytes, amount: { $0.snapshot.files.reduce(0) { $0 + $1.bytes.count } }) {
            inputs in
            let documents = try inputs.snapshot.files.map { try YAMLText.documents(in: $0.bytes) }
            return try check(documents, counts: documents.reduce(0) { $0 + $1.count }, of: inputs)
        },
        Workload(name: "JSON parsing", unit: .bytes, amount: { $0.listText.count }) { inputs in
            let list = try JSONParser.parse(inputs.listText)
            return try check(list, counts: list["items"]?.array?.count ?? 0, of: inputs)
        },
        Workload(name: "JSON serialising", unit: .bytes, amount: { $0.listText.count }) { inputs in
            let bytes = inputs.list.serialized()
            guard bytes.count == inputs.listText.count else { throw BenchmarkError("the JSON text changed its size") }
            return bytes
        },
        Workload(name: "rendering", unit: .objects, amount: \.objects) { inputs in
            let rendered = try Renderer.render(inputs.snapshot)
            return try check(rendered, counts: rendered.objects.count, of: inputs)
        },
        Workload(name: "planning, empty cluster", unit: .objects, amount: \.objects) { inputs in
            let plan = plan(inputs.rendered, inputs.emptyLive, inputs.inventory)
            return try check(plan, counts: plan.waves.reduce(0) { $0 + $1.steps.count }, of: inputs)
        },
        Workload(name: "planning, nothing changed", unit: .objects, amount: \.objects) { inputs in
            let plan = plan(inputs.rendered, inputs.live, inputs.inventory)
            return try check(plan, counts: plan.unchanged.count, of: inputs)
        },
        Workload(name: "planning, nothing changed, seen before", unit: .objects, amount: \.objects) { inputs in
            let plan = plan(inputs.rendered, inputs.live, inputs.markedInventory)
            return try check(plan, counts: plan.unchanged.count, of: inputs)
        },
        Workload(name: "planning, all removed", unit: .objects, amount: \.objects) { inputs in
            let plan = plan(inputs.bareRendered, inputs.live, inputs.inventory)
            return try check(plan, counts: plan.prune.steps.count + plan.unchanged.count, of: inputs)
        },
        Workload(name: "planning, all removed, workloads kept", unit: .objects, amount: \.objects) { inputs in
            let plan = plan(inputs.bareRendered, inputs.keptLive, inputs.inventory)
            let prune = plan.prune
            return try check(plan, counts: prune.steps.count + prune.kept.count + plan.unchanged.count, of: inputs)
        },
        Workload(name: "planning, all removed, owned by others", unit: .objects, amount: \.objects) { inputs in
            let plan = plan(inputs.bareRendered, inputs.ownedLive, inputs.inventory)
            guard plan.prune.verdict == .allowed else { throw BenchmarkError("not allowed: \(plan.prune.verdict)") }
            return try check(plan, counts: plan.prune.steps.count + plan.unchanged.count, of: inputs)
        },
        Workload(name: "remembering Secrets", unit: .objects, amount: { $0.secrets.count }) { inputs in
            let redactor = Redactor()
            for secret in inputs.secrets { redactor.register(secretObject: secret) }
            guard redactor.redact(inputs.lastPassword) == Redactor.mask else {
                throw BenchmarkError("the last password is not known")
            }
            return redactor
        },
        Workload(name: "masking, with these Secrets known", unit: .bytes, amount: { $0.listText.count }) { inputs in
            let text = inputs.redactor.redact(String(decoding: inputs.listText, as: UTF8.self), as: .document)
            guard !text.contains(Redactor.mask) else { throw BenchmarkError("something harmless was masked") }
            return text
        },
    ]

    /// The plan of a project that may delete as much as it wants.
    static func plan(_ rendered: RenderedSet, _ live: LiveSet, _ inventory: Inventory) -> Plan {
        let policy = PlanPolicy(prune: .init(maxObjects: Int.max, maxPercent: 100))
        return Planner.plan(rendered, against: live, inventory: inventory, policy: policy)
    }

    private static func check<Value: Sendable>(
        _ value: Value,
        counts count: Int,
        of inputs: BenchmarkInputs
    ) throws -> Value {
        guard count == inputs.objects else {
            throw BenchmarkError("\(count) objects came out where \(inputs.objects) were expected")
        }
        return value
    }
}
