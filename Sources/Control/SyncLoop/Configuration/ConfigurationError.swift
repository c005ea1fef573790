// SPDX-License-Identifier: Apache-2.0

/// A configuration that cannot be used; every problem of it at once.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line each: `FILE: path: what is wrong; what to do`. Never empty.
    package let problems: [String]

    package init(_ problems: [String]) { self.problems = problems }
    package init(_ problem: String) { problems = [problem] }

    package var description: String { problems.joined(separator: "\n") }
}
