// SPDX-License-Identifier: Apache-2.0

/// Why nothing could be measured, one line.
package struct BenchmarkError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
