// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SyncRecord

/// Where the history and the mirrors of the repositories are kept.
struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of the history and the repositories' mirrors.", valueName: "folder"))
    var dataDir: String?

    /// The folder: the option, else `STERNPOST_DATA_DIR`, else `$XDG_DATA_HOME/sternpost`, else
    /// `~/.local/share/sternpost`.
    var folder: String {
        let environment = ProcessInfo.processInfo.environment
        if let dataDir { return dataDir }
        if let folder = environment["STERNPOST_DATA_DIR"], !folder.isEmpty { return folder }
        if let base = environment["XDG_DATA_HOME"], !base.isEmpty { return "\(base)/sternpost" }
        return "\(environment["HOME"] ?? ".")/.local/share/sternpost"
    }

    /// One line for a folder in which nothing happened yet.
    var nothingYet: String { "\(folder): \(History.nothingYet)" }

    /// Opens the history for an order, which may be given from a folder that has none yet: it is made then.
    func historyForOrders() async throws -> History {
        let isThere = FileManager.default.fileExists(atPath: "\(folder)/history.sqlite")
        return try await history(isThere ? .command : .operate)
    }

    /// Opens the history; what there is to say about the opening is said to `tell`: a line each on standard error.
    func history(
        _ mode: History.Mode,
        tell: (_ notice: String) -> Void = { ErrorOutput.write($0) }
    ) async throws -> History {
        do {
            let history = try await History.open(folder: folder, mode: mode)
            for notice in history.notices { tell(notice) }
            return history
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}
