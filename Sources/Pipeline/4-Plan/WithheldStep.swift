// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A step that failed lately: it is not sent again for now, as long as it would be the same.
package struct WithheldStep: Sendable, Hashable {
    private let contentHash: String
    private let live: String
    /// One line: why it failed, and what to do.
    package let reason: String

    /// - Parameters:
    ///   - step: The step that failed.
    ///   - reason: Why, without the name of the object.
    package init(_ step: Step, because reason: String) {
        contentHash = step.contentHash
        live = WithheldStep.outline(of: step.live, differences: step.differences, mayRecreate: step.mayRecreate)
        self.reason = reason
    }

    /// Whether carrying out this step would be the same again: the manifest is, and so is what it meets in the cluster.
    package func isSame(as step: Step) -> Bool { self == WithheldStep(step, because: reason) }

    /// The parts of a live object that decide how an apply of the same manifest ends. The status is not one of them,
    /// where `metadata.generation` tells one from a change of the spec. A step that deletes an object to create it
    /// again changes its incarnation, and is still the same step. The paths are not masked, because masks make
    /// different ones look equal; they are only compared, never shown.
    private static func outline(of live: KubeObject?, differences: [FieldDifference], mayRecreate: Bool) -> String {
        guard let live else { return "" }
        let paths = differences.prefix(FieldChange.maxListed).map(\.path.display).joined(separator: "\n")
        if mayRecreate { return paths }
        let version = live.generation.map { "generation \($0)" } ?? live.resourceVersion ?? ""
        return "\(live.uid ?? "")\n\(version)\n\(paths)"
    }
}

/// A deletion that failed lately: it is not sent again for now, as long as it is of the same object.
package struct WithheldPrune: Sendable, Hashable {
    private let uid: String
    /// One line: why it failed, and what to do.
    package let reason: String

    /// - Parameters:
    ///   - step: The deletion that failed.
    ///   - reason: Why, without the name of the object.
    package init(_ step: PruneStep, because reason: String) {
        uid = step.uid
        self.reason = reason
    }

    /// Whether carrying out this deletion would be the same again.
    func isSame(as step: PruneStep) -> Bool { uid == step.uid }
}
