// SPDX-License-Identifier: Apache-2.0
import PlainText
import SyncLoop
import SyncSource
import Synchronization

/// One line on standard error that says what a long command is doing; silent where standard error is no terminal.
final class ProgressLine: Sendable {
    private let terminal = Terminal.error
    private let isShown = Mutex(false)

    /// Shows a step of a pass.
    func show(_ progress: PassProgress) {
        switch progress {
        case .reading(let url): show("reading \(url) …")
        case .rewinding(let ref, let old, let new):
            show("\(ref) went back from \(old.prefix(8)) to \(new.prefix(8)): looking again, a replica may lag …")
        case .rendered(let commit, let objects):
            show("\(commit.shortID): \(objects.counted("object")); reading the cluster …")
        case .planned(let changes, let unchanged, let prunes):
            show("\(changes) to apply, \(unchanged) unchanged, \(prunes) to delete …")
        case .awaitingLease(let holder): show("waiting to see whether \(holder), who leads this project, is alive …")
        case .awaitingHealth(let objects):
            show("waiting until \(objects.counted("object is", "objects are")) healthy …")
        }
    }

    /// Shows a text in the place of the one before.
    func show(_ text: String) {
        guard terminal.isInteractive else { return }
        isShown.withLock { $0 = true }
        ErrorOutput.show(text)
    }

    /// Removes the line.
    func clear() {
        guard
            isShown.withLock({ shown in
                defer { shown = false }; return shown
            })
        else { return }
        ErrorOutput.show("")
    }
}
