// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension String {
    /// The text, masked, with every run of white space, line ends included, made one blank; at most 1000 characters,
    /// and what is too long loses its middle. Masked first: a secret that was cut, or whose white space was changed, is
    /// not recognised any more.
    package var singleLine: String {
        Redactor.shared.redact(self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            .withoutMiddle(keeping: 1000)
    }
}
