// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit

/// A folder with one repository in it, and readers for it.
struct SourceScene: Sendable {
    let folder: URL
    /// The bare repository `posts.git` below `repositories`.
    let posts: GitFolder
    let repositories: URL

    static func with<Result>(_ body: (SourceScene) async throws -> Result) async throws -> Result {
        try await withTemporaryFolder { folder in
            let repositories = folder.appending(path: "repositories")
            try FileManager.default.createDirectory(at: repositories, withIntermediateDirectories: true)
            let posts = try GitFolder(at: repositories.appending(path: "posts.git"))
            return try await body(SourceScene(folder: folder, posts: posts, repositories: repositories))
        }
    }

    /// The mirror's folder of the readers that name no other.
    var mirrors: URL { folder.appending(path: "mirrors") }

    func reader(
        url: String? = nil,
        ref: GitRef = .branch("main"),
        path: String = "infra",
        credentials: [String: String]? = nil,
        folder: URL? = nil,
        deadline: Duration = .seconds(60),
        limits: SnapshotLimits = SnapshotLimits(),
        repositoryLimits: GitLimits = GitLimits(),
        pause: @escaping @Sendable () async throws -> Void = {}
    ) throws -> SourceReader {
        SourceReader(
            spec: RepositorySpec(url: url ?? posts.path, ref: ref, path: path),
            credentials: try credentials.map { try GitCredentials(values: $0.mapValues { Array($0.utf8) }) },
            folder: (folder ?? mirrors).path(percentEncoded: false),
            workerExecutable: try TestProducts.path(of: "GitWorkerFixture"),
            deadline: deadline,
            limits: limits,
            repositoryLimits: repositoryLimits,
            pause: pause
        )
    }

    /// The bare mirror that a reader made.
    func mirror() throws -> URL {
        let names = try FileManager.default.contentsOfDirectory(atPath: mirrors.path(percentEncoded: false))
        guard let name = names.first(where: { $0.hasSuffix(".git") && $0 != "incoming.git" }) else {
            throw MissingProgram(description: "no mirror below \(mirrors)")
        }
        return mirrors.appending(path: name)
    }
}

extension SourceScene {
    /// The git processes that work for this scene now.
    var workers: [Int] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int($0) } ?? []
        return processes.filter { pid in
            guard let bytes = try? Data(contentsOf: URL(filePath: "/proc/\(pid)/environ")) else { return false }
            return String(decoding: bytes, as: UTF8.self).contains("HOME=\(mirrors.path(percentEncoded: false))")
        }
    }
}

/// The error of a call that must fail.
func failure(_ call: () async throws(SourceError) -> some Sendable) async -> SourceError? {
    do throws(SourceError) {
        _ = try await call()
        return nil
    } catch {
        return error
    }
}

extension SourceReader {
    /// Poll and snapshot, as one pass does.
    func pass() async throws(SourceError) -> SourceSnapshot { try await snapshot(try await poll()) }
}
