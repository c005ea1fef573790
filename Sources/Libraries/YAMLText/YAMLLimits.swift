// SPDX-License-Identifier: Apache-2.0

/// What reading one text may cost. Every limit ends the reading at once, with the line where it was passed.
package struct YAMLLimits: Sendable, Hashable {
    /// Size of the whole text in bytes.
    package var maxBytes: Int
    /// Levels of lists and maps, counted through aliases.
    package var maxDepth: Int
    /// Documents of one text, empty ones included.
    package var maxDocuments: Int
    /// Nodes of one document after its aliases are expanded.
    package var maxNodes: Int
    /// Bytes of scalars of one document after its aliases are expanded.
    package var maxExpandedBytes: Int
    /// Names of anchors in one document.
    package var maxAnchors: Int
    /// Bytes of one anchor's name.
    package var maxAnchorBytes: Int
    /// Errors of one text, the one included that says that reading ended because of them.
    package var maxErrors: Int

    package init(
        maxBytes: Int = 16 << 20,
        maxDepth: Int = 100,
        maxDocuments: Int = 20_000,
        maxNodes: Int = 1_000_000,
        maxExpandedBytes: Int = 32 << 20,
        maxAnchors: Int = 10_000,
        maxAnchorBytes: Int = 128,
        maxErrors: Int = 200
    ) {
        self.maxBytes = maxBytes
        self.maxDepth = maxDepth
        self.maxDocuments = maxDocuments
        self.maxNodes = maxNodes
        self.maxExpandedBytes = maxExpandedBytes
        self.maxAnchors = maxAnchors
        self.maxAnchorBytes = maxAnchorBytes
        self.maxErrors = maxErrors
    }
}
