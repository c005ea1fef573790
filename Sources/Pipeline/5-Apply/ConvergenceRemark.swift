// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan

/// Remarks about stated values that are missing or replaced although the manifest was applied twice. Which component
/// changes them is not known.
package enum ConvergenceRemark {
    private static let maxNamed = 5

    /// One line for what was replaced, and one for what was dropped.
    ///
    /// - Parameters:
    ///   - rest: The differences that stay; defaults that the server filled in are left out.
    ///   - kind: The kind of the object.
    /// - Returns: At most two lines.
    package static func texts(_ rest: [FieldDifference], of kind: GroupKind) -> [String] {
        let sorted = Dictionary(grouping: rest) { ServerReading($0, of: kind) }
        let texts = [(ServerReading.replaced, "mutated by admission"), (.dropped, "not kept by the API server")]
        return texts.compactMap { reading, words in sorted[reading].map { text($0, words, kind) } }
    }

    private static func text(_ rest: [FieldDifference], _ words: String, _ kind: GroupKind) -> String {
        let named = rest.prefix(maxNamed).map { difference in
            let change = FieldChange(difference, of: kind)
            let isShown = change.before != nil || change.after != nil
            let values = change.before.map { " is \($0)" } ?? (isShown ? " is absent" : " is hidden")
            return "\(change.path)\(values)\(change.after.map { " where git says \($0)" } ?? "")"
        }
        let more = rest.count > maxNamed ? " and \(rest.count - maxNamed) more" : ""
        return "\(words): after two applies \(named.joined(separator: ", "))\(more);"
            + " not applied again until git or the object changes"
    }
}
