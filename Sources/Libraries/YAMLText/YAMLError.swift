// SPDX-License-Identifier: Apache-2.0

/// One thing in a text that kubectl, or we, cannot read as one meaning. Never holds a value of the document, only keys.
package struct YAMLError: Error, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Line in the whole text, from 1.
    package let line: Int
    /// Column in characters, from 1; nil when only the line is known.
    package let column: Int?
    /// What is wrong, in a few words.
    package let problem: String
    /// What to do about it.
    package let remedy: String

    package init(line: Int, column: Int? = nil, problem: String, remedy: String) {
        self.line = line
        self.column = column
        self.problem = problem
        self.remedy = remedy
    }

    /// `line 12: problem; remedy`.
    package var description: String { "line \(line): \(problem)\(remedy.isEmpty ? "" : "; \(remedy)")" }

    /// By line, then by column; an error without a column comes first.
    package static func < (left: YAMLError, right: YAMLError) -> Bool {
        (left.line, left.column ?? 0) < (right.line, right.column ?? 0)
    }
}

/// All errors of one text, ascending by line; never empty.
package struct YAMLErrors: Error, Sendable, Hashable, CustomStringConvertible {
    package let errors: [YAMLError]

    package var description: String { errors.map(\.description).joined(separator: "\n") }
}
