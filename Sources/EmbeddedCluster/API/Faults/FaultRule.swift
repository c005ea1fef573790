// SPDX-License-Identifier: Apache-2.0

/// One rule of a fault script: which requests, whose turn, and what goes wrong.
package struct FaultRule: Sendable {
    /// Which of the matching requests are meant, counted from 1.
    package enum Turn: Sendable, Hashable {
        case every
        case nth(Int)
        /// The first so many.
        case first(Int)
        /// This one and all behind it.
        case from(Int)

        func includes(_ number: Int) -> Bool {
            switch self {
            case .every: true
            case .nth(let wanted): number == wanted
            case .first(let count): number <= count
            case .from(let start): number >= start
            }
        }
    }

    /// A method (`PATCH`), a Kubernetes verb (`list`, `watch`, …) or `*`.
    package let verb: String
    /// A path with `*` for any characters: `/apis/apps/v1/*/deployments`.
    package let path: String
    package let turn: Turn
    package let action: FaultAction

    /// A rule for requests with this verb and a path that fits the pattern.
    package init(_ verb: String, _ path: String, _ action: FaultAction, on turn: Turn = .every) {
        self.verb = verb
        self.path = path
        self.action = action
        self.turn = turn
    }

    /// Whether the rule is about this request.
    func matches(_ request: RecordedRequest) -> Bool {
        guard verb == "*" || verb == request.method || verb == request.verb else { return false }
        return path == "*" || FaultRule.fits(Array(request.path.utf8)[...], Array(path.utf8)[...])
    }

    /// Whether the text fits a pattern in which `*` stands for any bytes.
    private static func fits(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        var (text, pattern) = (text, pattern)
        var retry: (text: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (text, pattern)
            } else if let byte = text.first, byte == pattern.first {
                text = text.dropFirst()
                pattern = pattern.dropFirst()
            } else if text.isEmpty, pattern.isEmpty {
                return true
            } else if let last = retry, !last.text.isEmpty {
                retry = (last.text.dropFirst(), last.pattern)
                (text, pattern) = (last.text.dropFirst(), last.pattern)
            } else {
                return false
            }
        }
    }
}
