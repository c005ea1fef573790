// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension String {
    /// The text with every run of white space, line ends included, made one blank; at most 1000 characters, and what is
    /// too long loses its middle.
    package var singleLine: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ").withoutMiddle(keeping: 1000)
    }
}
