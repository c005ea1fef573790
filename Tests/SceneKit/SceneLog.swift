// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncApply
import SyncLoop
import SyncPlan
import Synchronization

/// Everything that a scene's passes said, so that a test can look for what must not be said.
package final class SceneLog: Sendable {
    private let lines = Mutex<[String]>([])

    /// An empty log.
    package init() {}

    /// All lines so far, the log's and the passes' own words.
    package var text: String { lines.withLock { $0.joined(separator: "\n") } }

    /// Adds a line.
    package func add(_ line: String) { lines.withLock { $0.append(line) } }

    /// Adds what a pass would tell a person.
    package func add(_ outcome: PassOutcome) {
        add("\(outcome.failure?.message ?? "") \(outcome.interruption ?? "") \(outcome.commit.map { "\($0)" } ?? "")")
        for object in outcome.objects { add("\(object.error ?? "") \(object.changes) \(object.warnings)") }
        for problem in outcome.problems { add("\(problem)") }
        for notice in outcome.result?.notices ?? [] { add("\(notice)") }
        if let health = outcome.carriedOut?.health { add("\(health)") }
        if let prune = outcome.prune { add("\(prune.verdict)") }
    }

    /// A logger that writes here.
    package var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: SceneLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.add("\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])")
        }
    }
}
