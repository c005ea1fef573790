// SPDX-License-Identifier: Apache-2.0
import KubeClient

/// The name under which the API server is asked whether it would accept a new object while the old one has the real
/// name.
package enum RehearsalName {
    private static let suffix = "-sternpost-rehearsal"
    /// The shortest limit of a built-in kind, a CronJob's: the names of its Jobs are made from it.
    private static let longest = 52

    /// A valid name that resembles the real one, so that rules about names hold for it as well as they can.
    package static func name(for name: String) -> String {
        var head = name.prefix(longest - suffix.count)
        while let last = head.last, !(last.isASCII && (last.isLetter || last.isNumber)) { head.removeLast() }
        return head.isEmpty ? String(suffix.dropFirst()) : head + suffix
    }

    /// Whether nothing but the name was refused: kinds like APIService want one that fits the rest, and the real name does.
    static func isRefused(_ error: KubeError) -> Bool {
        error.reason == .invalid && !error.causes.isEmpty && error.causes.allSatisfy { $0.field == "metadata.name" }
    }
}
