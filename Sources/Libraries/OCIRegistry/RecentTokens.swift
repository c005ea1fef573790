// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Synchronization

/// The tokens that services gave out lately, so that no text from outside shows one.
///
/// Not the process's `Redactor`: that remembers for ever, and there are new tokens every minute.
final class RecentTokens: Sendable {
    /// Those of this process.
    static let shared = RecentTokens()

    /// So many are remembered; they live for minutes.
    static let capacity = 512

    private struct State: Sendable {
        var tokens: [String] = []
        var next = 0
    }

    private let state = Mutex(State())

    /// Remembers a token in the place of the oldest. Short texts are not remembered: masking them would garble all.
    func insert(_ token: String) {
        guard token.utf8.count >= 8 else { return }
        state.withLock { state in
            guard !state.tokens.contains(token) else { return }
            if state.tokens.count < RecentTokens.capacity {
                state.tokens.append(token)
            } else {
                state.tokens[state.next] = token
                state.next = (state.next + 1) % RecentTokens.capacity
            }
        }
    }

    /// The text with all of them masked.
    func mask(_ text: String) -> String {
        let length = text.utf8.count
        let tokens = state.withLock { $0.tokens.filter { $0.utf8.count <= length } }
        return tokens.reduce(text) { $0.contains($1) ? $0.replacing($1, with: Redactor.mask) : $0 }
    }

    /// How many are remembered.
    var count: Int { state.withLock { $0.tokens.count } }
}
