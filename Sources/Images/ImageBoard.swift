// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import Processes
import SyncApply
import SyncPlan
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
    /// One redacted line: why, and what to do.
    package let detail: String
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
        nextPollAt: Date?
    ) {
        self.project = project
        self.workload = workload.id
        container = verdict.container.name
        image = verdict.container.image
        running = verdict.running.map { "\($0)" }
        registry = verdict.registry.map { "\($0)" }
        state = verdict.state
        detail = Redactor.shared.redact(verdict.detail)
        let last = workload.state.containers[verdict.container.name]?.last
        lastRollout = last?.at
        lastResult = last?.result
        lastFrom = last?.from
        lastTo = last?.to
        self.checkedAt = checkedAt
        self.nextPollAt = nextPollAt
    }

    /// The row of an image whose name cannot be read: no registry is asked for it, and its pods are not looked at.
    init(project: String, workload: FollowedWorkload, _ unnamed: UnnamedImage) {
        self.project = project
        self.workload = workload.id
        container = unnamed.container
        image = Redactor.shared.redact(unnamed.image.singleLine)
        running = []
        registry = nil
        state = .unreadable
        detail = Redactor.shared.redact("\(unnamed.error); so it is not followed: correct it in git")
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
        package var failure: String?
        /// When that was.
        package var at: Date
        /// The namespace of the project's inventory, where orders about it are given; nil when an older version wrote this.
        package var inventory: String?
    }

    private struct File: Codable {
        var version = 1
        var projects: [String: Page]
    }

    private static let maxBytes = 64 << 20

    private let path: String
    private let pages = Mutex<[String: Page]>([:])

    /// For who alone writes the file: removes what a killed operator has left of it.
    ///
    /// - Parameter folder: The data folder.
    package init(folder: String) {
        path = ImageBoard.path(folder)
        PrivateFile.removeDrafts(of: path)
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
    func failed(_ project: String, _ failure: String) {
        write { pages in
            var page = pages[project] ?? Page(rows: [], failure: nil, at: Date())
            page.failure = failure
            page.at = Date()
            pages[project] = page
        }
    }

    /// Changes the state and replaces the file in one step. When the file cannot be written the old one stays; its time
    /// shows how old it is.
    private func write(_ change: (inout [String: Page]) -> Void) {
        let data = pages.withLock { pages -> Data? in
            change(&pages)
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try? encoder.encode(File(projects: pages))
        }
        guard let data else { return }
        try? PrivateFile.write(Array(data), to: path)
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
