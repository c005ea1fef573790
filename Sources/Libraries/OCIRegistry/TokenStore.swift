// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The tokens and habits of registries, as far as they are known. Bounded; holds no request.
final class TokenStore: Sendable {
    /// What a token allows.
    struct Key: Sendable, Hashable {
        /// Scheme, host and port.
        let origin: String
        let repository: String
        /// Nil for anonymous.
        let credential: RegistryCredential?
    }

    private struct Token: Sendable {
        let text: String
        let goodUntil: ContinuousClock.Instant
    }

    private struct State: Sendable {
        var tokens: [Key: Token] = [:]
        var challenges: [String: RegistryChallenge] = [:]
    }

    /// Tokens that are kept, at most; challenges of as many registries.
    static let maxTokens = 1024
    /// Taken off the life of a token, for the way and the registry's clock.
    static let margin: Duration = .seconds(10)
    /// The life of a token that does not tell (distribution, token specification).
    static let defaultLife: Duration = .seconds(60)
    /// The longest lifetime that is accepted.
    static let longestLife: Duration = .seconds(3600)

    private let clock: RegistryClock
    private let state = Mutex(State())

    init(clock: RegistryClock) { self.clock = clock }

    /// A token that is still good.
    func token(for key: Key) -> String? {
        let now = clock.instant()
        return state.withLock { state in
            guard let token = state.tokens[key] else { return nil }
            if token.goodUntil > now { return token.text }
            state.tokens[key] = nil
            return nil
        }
    }

    /// Keeps a token for its life less the margin; one that would be over at once is not kept.
    func keep(_ text: String, for key: Key, life: Duration) {
        let now = clock.instant()
        let goodUntil = now.advanced(by: min(life, TokenStore.longestLife) - TokenStore.margin)
        guard goodUntil > now else { return }
        state.withLock { state in
            if state.tokens.count >= TokenStore.maxTokens, state.tokens[key] == nil {
                state.tokens = state.tokens.filter { $0.value.goodUntil > now }
                if state.tokens.count >= TokenStore.maxTokens,
                    let first = state.tokens.min(by: { $0.value.goodUntil < $1.value.goodUntil })
                {
                    state.tokens[first.key] = nil
                }
            }
            state.tokens[key] = Token(text: text, goodUntil: goodUntil)
        }
    }

    /// Drops a token that was refused, unless another has taken its place.
    func drop(_ text: String, for key: Key) {
        state.withLock { if $0.tokens[key]?.text == text { $0.tokens[key] = nil } }
    }

    /// How a registry asked last time.
    func challenge(of origin: String) -> RegistryChallenge? { state.withLock { $0.challenges[origin] } }

    /// Remembers how a registry asks; nil forgets it.
    func keep(_ challenge: RegistryChallenge?, of origin: String) {
        state.withLock { state in
            if state.challenges.count >= TokenStore.maxTokens, state.challenges[origin] == nil {
                state.challenges = [:]
            }
            state.challenges[origin] = challenge
        }
    }

    /// How many tokens are held.
    var count: Int { state.withLock { $0.tokens.count } }
}
