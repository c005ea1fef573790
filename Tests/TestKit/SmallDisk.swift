// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file system of a few MiB of its own, which a test may fill up or make read-only.
package struct SmallDisk: Sendable {
    /// Where it is mounted.
    package let path: String

    private var filler: String { path + "/filler" }

    /// Writes until there is no room at all.
    package func fill() throws {
        let file = open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw MissingProgram(description: "cannot fill \(path): errno \(errno)") }
        defer { close(file) }
        for size in [65_536, 4_096, 1] {
            let block = [UInt8](repeating: 1, count: size)
            while write(file, block, size) > 0 {}
            guard errno == ENOSPC else { throw MissingProgram(description: "cannot fill \(path): errno \(errno)") }
        }
    }

    /// Gives the room back.
    package func free() throws { try FileManager.default.removeItem(atPath: filler) }

    /// Lets nobody write any more, root included.
    package func makeReadOnly() throws {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), "") == 0 else {
            throw SmallDisk.refused("remount \(path)")
        }
    }

    fileprivate static func refused(_ what: String) -> MissingProgram {
        MissingProgram(
            description:
                "cannot \(what) (\(String(cString: strerror(errno)))): this test needs a small disk of its own; "
                + "run the tests as root, or in a container with CAP_SYS_ADMIN"
        )
    }
}

/// Mounts a small disk for a test; a machine that does not allow that fails the test, and says what is needed.
package func withSmallDisk<Value>(
    mebibytes: Int = 16,
    at path: String? = nil,
    _ body: (SmallDisk) async throws -> Value
) async throws -> Value {
    try await withTemporaryFolder { folder in
        let path = path ?? folder.appending(path: "disk").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(mebibytes)m,mode=0700") == 0 else {
            throw SmallDisk.refused("mount \(path)")
        }
        defer { umount2(path, Int32(MNT_DETACH)) }
        return try await body(SmallDisk(path: path))
    }
}
