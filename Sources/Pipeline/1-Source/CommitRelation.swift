// SPDX-License-Identifier: Apache-2.0

/// How a commit relates to the one that was read before it; recorded with every sync.
package enum CommitRelation: String, Sendable, Hashable, Codable {
    case same
    /// The new commit continues the old one.
    case forward
    /// The new commit is an ancestor of the old one: the branch was reset, or a range's best tag was removed.
    case rewound
    /// Neither is an ancestor of the other: history was rewritten.
    case diverged
    /// A new clone of the ref lacks the old commit: history was rewritten, and nobody can say from where on.
    case lost

    /// Whether a push without `--force` could have led here.
    package var isFastForward: Bool { self == .same || self == .forward }
}

/// From which commit a pass came to its own, for the record.
package struct CommitStep: Sendable, Hashable, Codable {
    /// The commit of the last pass that wrote to the cluster, 40 digits.
    package let previous: String
    package let relation: CommitRelation

    package init(previous: String, relation: CommitRelation) {
        self.previous = previous
        self.relation = relation
    }
}
