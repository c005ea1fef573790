// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

extension String {
    /// The text as one line, masked; at most 1000 Unicode scalars, and what is too long loses its middle.
    package var singleLine: String {
        OneLine.words(
            self,
            limit: 1000,
            hiding: { Redactor.shared.redactKnown($0) },
            masking: { Redactor.shared.redact($0) }
        )
    }
}
