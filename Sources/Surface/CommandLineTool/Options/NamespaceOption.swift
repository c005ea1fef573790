// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import SyncLoop

/// Options that take the name of a namespace.
enum NamespaceOption {
    /// Refuses a value that no namespace can have: a look at such a one would only find nothing.
    ///
    /// - Parameters:
    ///   - value: What was given; nil for nothing.
    ///   - name: The option, `--namespace`.
    /// - Throws: `ValidationError` with what a name is.
    static func check(_ value: String?, _ name: String) throws {
        guard let value, let problem = NamespaceName.problem(value) else { return }
        throw ValidationError("\(name) \(value.debugDescription): \(problem)")
    }
}
