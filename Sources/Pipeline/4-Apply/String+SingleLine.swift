// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

extension String {
    /// The text as one line, masked; at most 1000 Unicode scalars, and what is too long loses its middle.
    package var singleLine: String {
        Redactor.shared.words(self, limit: Redactor.maxLine)
    }
}
