// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit

/// A project that changes from round to round, and what the cluster must hold of it: reckoned here, not by the product.
struct CrashProject {
    /// What one commit changes, by the names of its ConfigMaps.
    struct Change {
        var changed: Set<String> = []
        var removed: Set<String> = []
        /// Immutable ones: they can only be deleted and created again.
        var recreated: Set<String> = []
    }

    let scene: Scene
    /// Value by the name of the ConfigMap: what git says.
    private(set) var wanted: [String: String] = [:]
    private var round = 0
    private let batch: Int
    private let stillPerFile = 25

    /// Makes the first commit: a namespace, a Secret with the canary, and ConfigMaps.
    ///
    /// - Parameters:
    ///   - scene: The repository and the cluster.
    ///   - objects: How many objects the project has at the beginning, at least 40.
    ///   - batch: How many objects a round creates, changes and removes each.
    /// - Throws: ``MissingProgram`` with what git said.
    init(_ scene: Scene, objects: Int, batch: Int = 8) throws {
        self.scene = scene
        self.batch = batch
        var files = scene.baseFiles()
        let still = (0..<objects - 3 - 2 * batch).map { "still-\($0)" }
        for (number, names) in stride(from: 0, to: still.count, by: stillPerFile).enumerated() {
            let part = still[names..<min(names + stillPerFile, still.count)]
            files["still-\(number).yaml"] = documents(part.map { ($0, "1") })
        }
        for name in still { wanted[name] = "1" }
        files["round.yaml"] = roundFile()
        try scene.commit(files)
    }

    /// Commits the next round: some objects created, some changed, some removed, one that must be created again, and one
    /// that a person made with kubectl before and that is taken over.
    mutating func next() async throws -> Change {
        let before = wanted
        round += 1
        let adopted = try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": .string("adopted-\(round)"), "namespace": .string(scene.namespace)],
            "data": ["value": "a person's", "more": "goes when git decides"],
        ])
        _ = try await scene.client.create(
            adopted,
            in: CoreResources.configMaps,
            fieldManager: "kubectl-client-side-apply"
        )
        try scene.commit(["round.yaml": roundFile()])
        var change = Change()
        change.removed = Set(before.keys).subtracting(wanted.keys)
        change.recreated = ["fixed"]
        change.changed = Set(wanted.keys.filter { before[$0] != nil && before[$0] != wanted[$0] }).subtracting(["fixed"]
        )
        return change
    }

    /// Commits the removal of so many of the objects that never change.
    mutating func remove(files: Int) throws -> Change {
        var change = Change()
        var gone: [String: String?] = [:]
        for number in 0..<files {
            gone["still-\(number).yaml"] = .some(nil)
            for index in number * stillPerFile..<(number + 1) * stillPerFile { change.removed.insert("still-\(index)") }
        }
        for name in change.removed { wanted[name] = nil }
        try scene.commit(gone)
        return change
    }

    /// The file of what changes, and its part of what is wanted.
    private mutating func roundFile() -> String {
        for name in wanted.keys where name.hasPrefix("made-") || name.hasPrefix("adopted-") { wanted[name] = nil }
        var names = (0..<batch).map { "made-\(round)-\($0)" } + (0..<batch).map { "hot-\($0)" }
        if round > 0 { names.append("adopted-\(round)") }
        for name in names + ["fixed"] { wanted[name] = "\(round)" }
        let fixed =
            scene.configMap("fixed", "\(round)", annotations: "sternpost.dev/force: enabled") + "immutable: true\n"
        return documents(names.map { ($0, "\(round)") }) + "---\n" + fixed
    }

    private func documents(_ values: [(name: String, value: String)]) -> String {
        values.map { scene.configMap($0.name, $0.value) }.joined(separator: "---\n")
    }
}
