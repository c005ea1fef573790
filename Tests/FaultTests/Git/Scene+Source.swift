// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeClient
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import SyncRender
import SyncSource
import TestKit
import Testing

/// What every test of a fault of the source asks.
extension Scene {
    /// The ConfigMaps of the test's namespace and their resourceVersions: a write to any of them shows. Not the one that
    /// the server itself puts into every namespace.
    func versions() async throws -> [String: String] {
        let list = try await client.list(CoreResources.configMaps, namespace: namespace)
        let own = list.objects.filter { $0.name != "kube-root-ca.crt" }
        return Dictionary(uniqueKeysWithValues: own.map { ($0.name, $0.resourceVersion ?? "") })
    }

    /// Makes a pass that must fail at its source and change nothing.
    ///
    /// - Parameters:
    ///   - words: Must all stand in its one line.
    ///   - reconciler: Makes the pass; nil for a fresh one.
    ///   - sourceLocation: Where the test asks.
    ///   - edit: Changes the project of a fresh one.
    /// - Returns: The line.
    /// - Throws: What keeps the test itself from asking.
    @discardableResult
    func halted(
        saying words: [String],
        by reconciler: ProjectReconciler? = nil,
        sourceLocation: SourceLocation = #_sourceLocation,
        edit: (inout Project) -> Void = { _ in }
    ) async throws -> String {
        let applied = try await history.state(of: project.name).applied?.id
        let before = try await versions()
        let outcome = if let reconciler { await reconciler.pass(.manual) } else { try await sync(edit: edit) }
        let message = outcome.failure?.message ?? outcome.problems.map(\.description).joined(separator: "\n")
        #expect(outcome.outcome == .failed, "\(outcome.outcome) \(message)", sourceLocation: sourceLocation)
        for word in words { #expect(message.contains(word), "\(message)", sourceLocation: sourceLocation) }
        #expect(!message.contains("\n") || outcome.failure == nil, sourceLocation: sourceLocation)
        let after = try await versions()
        #expect(after == before, "something was written", sourceLocation: sourceLocation)
        let still = try await history.state(of: project.name).applied?.id
        #expect(still == applied, "the last applied revision was lost", sourceLocation: sourceLocation)
        return message
    }

    /// A reconciler that waits for further looks as `pause` says.
    func reconciler(
        pause: @escaping @Sendable () async throws -> Void,
        edit: (inout Project) -> Void = { _ in }
    ) async throws -> ProjectReconciler {
        var project = project
        edit(&project)
        let factory = PreparerFactory(
            client: operatorClient,
            dataFolder: folder,
            workerExecutable: try TestProducts.path(of: "sternpost"),
            pause: pause
        )
        return ProjectReconciler(
            preparer: try await factory.preparer(for: project),
            history: history,
            settings: .init(recordsQuietPasses: true, waitsForHealth: false),
            logger: log.logger
        )
    }
}
