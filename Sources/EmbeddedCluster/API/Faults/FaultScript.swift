// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What goes wrong with which requests, and what was asked: the script of a test, changeable at any time.
///
/// Rules are asked in the order in which they were added; the first that applies decides. Each rule counts the requests that
/// it matches, so "the third list of pods" means the third since the rule was added.
package final class FaultScript: Sendable {
    private struct State: Sendable {
        var rules: [(id: Int, rule: FaultRule, hits: Int)] = []
        var nextID = 0
        var requests: [RecordedRequest] = []
        var inFlight = 0
    }

    /// Requests remembered; the oldest are forgotten when there are more.
    private static let memoryLimit = 200_000

    private let state = Mutex(State())

    /// A script without rules.
    package init() {}

    /// Adds a rule behind the others and returns its number.
    @discardableResult
    package func add(_ rule: FaultRule) -> Int {
        state.withLock { state in
            state.nextID += 1
            state.rules.append((state.nextID, rule, 0))
            return state.nextID
        }
    }

    /// Takes one rule away.
    package func remove(_ id: Int) {
        state.withLock { state in state.rules.removeAll { $0.id == id } }
    }

    /// Takes all rules away; what was recorded stays.
    package func removeAll() {
        state.withLock { $0.rules = [] }
    }

    /// How many requests a rule has met, whether or not it was their turn.
    package func hits(_ id: Int) -> Int {
        state.withLock { state in state.rules.first { $0.id == id }?.hits ?? 0 }
    }

    /// Records a request and says what is to go wrong with it; nil for nothing.
    func meet(_ request: RecordedRequest) -> FaultAction? {
        state.withLock { state in
            if state.requests.count >= FaultScript.memoryLimit {
                state.requests.removeFirst(FaultScript.memoryLimit / 4)
            }
            var request = request
            if request.verb != "watch" {
                state.inFlight += 1
                request.inFlight = state.inFlight
            }
            state.requests.append(request)
            for index in state.rules.indices where state.rules[index].rule.matches(request) {
                state.rules[index].hits += 1
                if state.rules[index].rule.turn.includes(state.rules[index].hits) {
                    return state.rules[index].rule.action
                }
            }
            return nil
        }
    }

    /// Notes that a recorded request has got its answer, or none.
    func end(_ request: RecordedRequest) {
        guard request.verb != "watch" else { return }
        state.withLock { $0.inFlight -= 1 }
    }
}

extension FaultScript {
    /// The requests so far, or since the last ``forgetRequests()``, in order.
    package var requests: [RecordedRequest] { state.withLock { $0.requests } }

    /// How many requests had this verb (a method such as `PATCH`, a Kubernetes verb such as `list`, or `*`) and a path
    /// that fits the pattern.
    package func count(_ verb: String = "*", _ path: String = "*") -> Int {
        let rule = FaultRule(verb, path, .reset)
        return requests.count(where: rule.matches)
    }

    /// How many requests wanted to change something; reviews (who am I, may I) are not among them.
    package var writeCount: Int { requests.count(where: \.isWrite) }

    /// Starts counting anew.
    package func forgetRequests() {
        state.withLock { $0.requests = [] }
    }
}
