// SPDX-License-Identifier: Apache-2.0
import OCIRegistry

/// How a rollout ended.
package enum RolloutEnding: Sendable, Hashable {
    case completed([ImageChange])
    /// The last good digests run again.
    case undone([ImageChange])
    /// The pods with the new digests are not healthy, and perhaps those with the old ones neither; the reason is one
    /// line, not redacted yet.
    case failed([ImageChange], reason: String)
    /// Git changed the image meanwhile.
    case overtaken
}

extension RolloutEnding {
    /// One line for display.
    var text: String {
        switch self {
        case .completed(let changes): changes.map(\.text).joined(separator: ", ")
        case .undone(let changes):
            changes.map { change in
                let bad = change.from.map { " \($0.shortText) has failed and is in quarantine;" } ?? ":"
                return "\(change.container): \(change.image)\(bad) \(change.to.shortText) runs again"
            }.joined(separator: ", ")
        case .failed(let changes, let reason): "\(changes.map(\.text).joined(separator: ", ")) has failed: \(reason)"
        case .overtaken: "git names another image"
        }
    }

    /// The same in a few words, for lists.
    var story: String {
        func names(_ changes: [ImageChange], _ word: (ImageChange) -> String) -> String {
            changes.map { "\($0.image.split(separator: "/").last ?? "") \(word($0))" }.joined(separator: ", ")
        }
        switch self {
        case .completed(let changes): return names(changes) { "\($0.from?.shortText ?? "?") → \($0.to.shortText)" }
        case .undone(let changes):
            return names(changes) { change in
                (change.from.map { "\($0.shortText) failed, " } ?? "") + "back at \(change.to.shortText)"
            }
        case .failed(let changes, _): return names(changes) { "\($0.to.shortText) failed" }
        case .overtaken: return text
        }
    }

    /// What it brought, or tried to bring.
    var changes: [ImageChange] {
        switch self {
        case .completed(let changes), .undone(let changes), .failed(let changes, _): changes
        case .overtaken: []
        }
    }

    /// Whether the workload is back at what ran before.
    var isUndo: Bool { if case .undone = self { true } else { false } }

    /// Whether nobody has to look after it.
    var isGood: Bool {
        switch self {
        case .completed, .overtaken: true
        case .undone, .failed: false
        }
    }
}
