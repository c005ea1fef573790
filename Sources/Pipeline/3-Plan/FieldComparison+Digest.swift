// SPDX-License-Identifier: Apache-2.0
import Crypto
import KubeObjects

extension FieldComparison {
    /// Names exactly these differences, whoever owns the fields: SHA-256, hexadecimal; empty for none. Values of Secrets
    /// are not among them.
    package static func digest(of changes: [FieldChange]) -> String {
        guard !changes.isEmpty else { return "" }
        var hasher = SHA256()
        for change in changes {
            for text in [change.path, change.before ?? "-", change.after ?? "-"] {
                hasher.update(data: Array(text.utf8))
                hasher.update(data: [0])
            }
        }
        return hasher.finalize().hexadecimal
    }
}
