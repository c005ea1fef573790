// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Reads a file up to a limit of bytes. The limit does not rely on the size that the file system reports, because
/// devices and pipes report none.
enum BoundedFile {
    /// Why a file was not read.
    enum Failure: Error {
        case unreadable
        case tooLarge
    }

    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - maxBytes: The most that it may hold.
    /// - Returns: All of it.
    /// - Throws: ``Failure`` when it cannot be read or holds more.
    static func read(_ path: String, maxBytes: Int) throws(Failure) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable }
        let data: Data?
        do {
            data = try handle.read(upToCount: maxBytes + 1)
            try handle.close()
        } catch {
            throw .unreadable
        }
        let bytes = Array(data ?? Data())
        guard bytes.count <= maxBytes else { throw .tooLarge }
        return bytes
    }
}
