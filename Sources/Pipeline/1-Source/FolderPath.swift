// SPDX-License-Identifier: Apache-2.0
import GitStore
import PlainText

/// A folder of the repository, given by a person: `infra`, `./infra/`, `deploy/prod`, or empty for the root. The only
/// rule of what a project's `path` may be; project documents are checked by it as well.
package struct FolderPath: Sendable, Hashable {
    /// The folder when a project names none.
    package static let standard = "infra"

    /// Without `.` and empty parts.
    let parts: [String]

    /// `/`-separated, empty for the root.
    package var text: String { parts.joined(separator: "/") }

    /// - Throws: ``SourceError`` when the path leaves the repository or is not a path.
    package init(_ text: String) throws(SourceError) {
        parts = text.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !text.hasPrefix("/"), text.utf8.count <= 1_024,
            parts.allSatisfy({ EntryName.problem(Array($0.utf8)) == nil })
        else {
            throw SourceError(
                .git(.configuration),
                "path \"\(OneLine.text(text, limit: 80))\" is no folder inside the repository; write it as infra or deploy/prod"
            )
        }
    }
}
