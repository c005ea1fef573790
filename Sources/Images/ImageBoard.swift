// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import Logging
import OCIRegistry
import Processes
import Synchronization

/// One container's image as people see it: a row of `sternpost images`.
package struct ImageRow: Sendable, Hashable, Codable {
    package let project: String
    package let workload: ObjectID
    package let container: String
    /// As git declares it.
    package let image: String
    /// What the pods run, ascending; `sha256:…`. Not looked at for an image whose name cannot be read.
    package let running: [String]
    /// What the tag points to; nil while that is not known.
    package let registry: String?
    package let state: ImageState
    /// One line: why, and what to do.
    package let detail: RedactedText
    /// When its last rollout ended, RFC 3339, and how: `completed`, `undone` or `failed`; nil before the first.
    package let lastRollout: String?
    package let lastResult: String?
    package let lastFrom: String?
    package let lastTo: String?
    package let checkedAt: Date?
    package let nextPollAt: Date?

    init(
        project: String,
        workload: FollowedWorkload,
        verdict: ContainerVerdict,
        checkedAt: Date?,
        nextPollAt: Date?,
        by redactor: Redactor
    ) {
        self.project = project
        self.workload = workload.id
        container = verdict.container.name
        image = verdict.container.image
        running = verdict.running.map { "\($0)" }
        registry = verdict.registry.map { "\($0)" }
        state = verdict.state
        detail = redactor.line(verdict.detail)
        let last = workload.state.containers[verdict.container.name]?.last
        lastRollout = last?.at
        lastResult = last?.result
        lastFrom = last?.from
        lastTo = last?.to
        self.checkedAt = checkedAt
        self.nextPollAt = nextPollAt
    }

    /// The row of an image whose name cannot be read: no registry is asked for it, and its pods are not looked at.
    init(project: String, workload: FollowedWorkload, _ unnamed: UnnamedImage, by redactor: Redactor) {
        self.project = project
        self.workload = workload.id
        container = unnamed.container
        image = redactor.words(unnamed.image, limit: Redactor.maxLine)
        running = []
        registry = nil
        state = .unreadable
        detail = redactor.line("\(unnamed.error); so it is not followed: correct it in git")
        let last = workload.state.containers[unnamed.container]?.last
        lastRollout = last?.at
        lastResult = last?.result
        lastFrom = last?.from
        lastTo = last?.to
        checkedAt = nil
        nextPollAt = nil
    }
}

/// The file of the images' state cannot be understood.
package struct ImageBoardError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line: the file, what is wrong, and what to do.
    package let description: String
}

/// The state of the images of all projects: for the dashboard, and, as a file in the data folder, for
/// `sternpost images` and `status`, which are other processes. For display only: nothing is decided by it.
package final class ImageBoard: Sendable {
    /// What one project's follower saw last.
    package struct Page: Sendable, Hashable, Codable {
        package var rows: [ImageRow]
        /// Why the images could not be looked at; nil when they could.
        package var failure: RedactedText?
        /// When that was.
        package var at: Date
        /// The namespace of the project's inventory, where orders about it are given; nil when an older version wrote this.
        package var inventory: String?
    }

    private struct File: Codable, Sendable {
        var version = 1
        var projects: [String: Page]
    }

    private static let maxBytes = 64 << 20

    private let path: String
    private let logger: Logger
    private let pages = Mutex<[String: Page]>([:])
    /// Held while the file is written, so that it never goes back to an older state. Why that failed the last time; nil when
    /// it did not.
    private let writing = Mutex<String?>(nil)

    /// For who alone writes the file: removes what a killed operator has left of it.
    ///
    /// - Parameters:
    ///   - folder: The data folder.
    ///   - logger: Logs when the file cannot be written, so that `sternpost images` shows an old state.
    package init(folder: String, logger: Logger) {
        path = ImageBoard.path(folder)
        self.logger = logger
        do throws(SystemFailure) { try PrivateFile.removeDrafts(of: path) } catch {
            warn("\(path): what a killed operator has left of it stays: \(error); remove \(path).draft.* by hand")
        }
    }

    private static func path(_ folder: String) -> String { "\(folder)/images.json" }

    /// The state of each project.
    package var all: [String: Page] { pages.withLock { $0 } }

    func show(_ rows: [ImageRow], of project: String, inventory: String) {
        write { pages in
            pages[project] = Page(rows: rows, failure: nil, at: Date(), inventory: inventory)
        }
    }

    /// Notes that a project's images could not be looked at; what was seen before stays.
    func failed(_ project: String, _ failure: RedactedText) {
        write { pages in
            var page = pages[project] ?? Page(rows: [], failure: nil, at: Date())
            page.failure = failure
            page.at = Date()
            pages[project] = page
        }
    }

    /// Changes the state and replaces the file in one step. When the file cannot be written the old one stays, which is
    /// logged once for each reason.
    private func write(_ change: (inout [String: Page]) -> Void) {
        let trouble = writing.withLock { last -> String? in
            let file = pages.withLock { pages in
                change(&pages)
                return File(projects: pages)
            }
            let now = replace(with: file)
            defer { last = now }
            return now == last ? nil : now
        }
        if let trouble { warn(trouble) }
    }

    /// Why the file could not be written; nil when it was.
    private func replace(with file: File) -> String? {
        do {
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try PrivateFile.write(Array(try encoder.encode(file)), to: path)
            return nil
        } catch {
            return
                "\(path): cannot be written: \(error); until it can, sternpost images shows an older state: check the "
                + "data folder's owner and free space"
        }
    }

    private func warn(_ trouble: String) {
        logger.warning("the state of the images cannot be kept", metadata: ["sync.error": "\(trouble)"])
    }

    /// What an operator on this data folder wrote last; nil when none has.
    ///
    /// - Throws: ``ImageBoardError`` when the file cannot be understood.
    package static func read(folder: String) throws(ImageBoardError) -> [String: Page]? {
        let file = path(folder)
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        do {
            let data = try Data(contentsOf: URL(filePath: file))
            guard data.count <= maxBytes else {
                throw ImageBoardError(description: "\(file): is larger than \(maxBytes) bytes")
            }
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            return try decoder.decode(File.self, from: data).projects
        } catch let error as ImageBoardError {
            throw error
        } catch {
            throw ImageBoardError(description: "\(file): cannot be read; a running operator writes it anew: \(error)")
        }
    }
}
