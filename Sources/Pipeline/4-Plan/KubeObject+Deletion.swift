// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension KubeObject {
    /// Since when an object is being deleted and what it waits for, as the end of a sentence.
    package var deletionText: String {
        let waiting = finalizers.isEmpty ? "" : " and waits for the finalizers \(finalizers.joined(separator: ", "))"
        return "is being deleted since \(deletionTimestamp ?? "?")\(waiting)"
    }
}
