// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import KubeObjects
import PlainText

/// A history file that is not an intact database, after it was moved aside.
struct DamagedFile: Sendable {
    /// The new file name, in the same folder.
    let name: String
    /// SHA-256 of the main file, hexadecimal: the new chain names it.
    let sha256: String

    /// The notice for people.
    var notice: String {
        "the history was damaged; it is kept as \(name) (sha256 \(sha256)) and a new one was begun"
    }

    /// Renames the file and its `-wal` and `-shm`; nothing is deleted.
    static func moveAside(_ path: String) throws -> DamagedFile {
        let sha256 = try hash(path)
        var target = "\(path).damaged-\(sha256.prefix(12))"
        var count = 1
        while access(target, F_OK) == 0 {
            count += 1
            target = "\(path).damaged-\(sha256.prefix(12))-\(count)"
        }
        for suffix in ["-wal", "-shm", ""] where rename(path + suffix, target + suffix) != 0 {
            guard errno == ENOENT, !suffix.isEmpty else { throw RecordError.system(errno, path + suffix) }
        }
        return DamagedFile(name: String(target.split(separator: "/").last ?? ""), sha256: sha256)
    }

    private static func hash(_ path: String) throws -> String {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? file.close() }  // opened for reading only: closing cannot lose anything
        var hasher = SHA256()
        while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty { hasher.update(data: chunk) }
        return Data(hasher.finalize()).hexadecimal
    }
}
