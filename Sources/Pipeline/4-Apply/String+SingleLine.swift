// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text with every run of white space, line ends included, made one blank; at most 1000 characters.
    package var singleLine: String {
        let line = split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count <= 1000 ? line : "\(line.prefix(999))…"
    }
}
