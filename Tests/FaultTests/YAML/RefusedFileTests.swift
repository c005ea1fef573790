// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncLoop
import SyncPlan
import SyncRecord
import SyncRender
import TestKit
import Testing

/// One file that cannot be read as one meaning stops its commit, whatever is wrong with it: nothing is applied, nothing
/// is deleted, and the place is named.
@Suite(.timeLimit(.minutes(5)))
struct RefusedFileTests {
    /// A text, the line of its problem, and words of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let row: String
        let text: String
        let line: Int
        let words: String
        var testDescription: String { row }
    }

    private static let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bad\n"

    private static let bomb =
        head + "data:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + (1...9).map { level in
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            return "  a\(level): &a\(level) [\(aliases)]\n"
        }.joined()

    static let cases: [Case] = [
        Case(row: "Y1", text: bomb, line: 11, words: "grow beyond 48 MiB"),
        Case(
            row: "Y2",
            text: head + "data:" + String(repeating: " [\n", count: 100_000),
            line: 104,
            words: "nested deeper than 100 levels"
        ),
        Case(row: "Y3", text: head + "data: {a: 1}\ndata: {a: 2}\n", line: 6, words: "'data' stands twice"),
        Case(row: "Y4", text: head + "data:\n\ta: b\n", line: 6, words: "spaces, never with tabs"),
        Case(row: "Y8", text: head + "data:\n  a: \u{1}\n", line: 6, words: "control character"),
        Case(row: "Y9", text: head + "data: *nowhere\n", line: 5, words: "without its anchor"),
        Case(row: "Y12", text: head + "--- x\n", line: 5, words: "starts with '---'"),
        Case(row: "Y13", text: head + "...\ndata: {a: b}\n", line: 6, words: "document start"),
        Case(row: "Y14", text: "%YAML 1.2\n---\n" + head, line: 1, words: "'%' directive"),
        Case(
            row: "Y16",
            text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  generateName: bad-\n",
            line: 4,
            words: "cannot use generate name with apply"
        ),
        Case(
            row: "Y17",
            text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 123\n",
            line: 4,
            words: "expected text, found a number"
        ),
        Case(row: "Y18", text: head + "data: {null: a}\n", line: 5, words: "key that is null"),
        Case(row: "Y19", text: head + "data: {a: .inf}\n", line: 5, words: "infinite"),
        Case(row: "Y22", text: head + "data: {a: !Ref b}\n", line: 5, words: "a tag"),
        Case(
            row: "Y23",
            text: head + "data:\n  \(String(repeating: "k", count: 1100)): a\n",
            line: 6,
            words: "mapping values are not allowed"
        ),
        Case(row: "Y25", text: head + "data: {{ .Values.x }}\n", line: 5, words: "template"),
        Case(row: "Y27", text: head + "  uid: 6f2c\n", line: 5, words: "metadata.uid is the server's to set"),
    ]

    @Test(arguments: cases)
    func
        `Y1, Y2, Y3, Y4, Y8, Y9, Y12, Y13, Y14, Y16, Y17, Y18, Y19, Y22, Y23, Y25, Y27: a file that is refused stops its whole commit and changes nothing`(
            _ item: Case
        ) async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            cluster.faults.forgetRequests()
            try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2"), "bad.yaml": item.text])
            let refused = try await scene.sync()
            #expect(refused.outcome == .failed)
            let problem = try #require(refused.problems.first)
            #expect(refused.problems.count == 1)
            #expect(problem.origin == Origin(file: "infra/bad.yaml", line: item.line), "\(problem)")
            #expect(problem.description.contains(item.words), "\(problem)")
            #expect(problem.description.contains("; "), "what to do is said: \(problem)")
            #expect(cluster.faults.writeCount == 0)
            let kept = try await scene.liveConfigMap("c0")
            #expect(kept != nil)
            #expect(try await scene.liveConfigMap("c1")?.json["data"] == ["value": "1"])
            try scene.commit(["bad.yaml": nil])
            try await scene.checkPromises(bystanders: bystanders)
            let gone = try await scene.liveConfigMap("c0")
            #expect(gone == nil)
        }
    }
}
