// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit

/// A wall clock that a test sets for the processes it starts; all other clocks and all timers go on as they were.
/// `Tests/WallClock` is the other side.
package struct WallClock: Sendable {
    private let file: URL

    /// A clock that shows the real time.
    ///
    /// - Parameter folder: Where its file lies.
    /// - Throws: when the file cannot be written.
    package init(in folder: String) throws {
        file = URL(filePath: "\(folder)/wall-clock")
        try Data(count: 8).write(to: file)
    }

    /// Sets it so many seconds off the real time, from now on.
    ///
    /// - Throws: when its file cannot be written.
    package func set(_ offset: Int64) throws {
        // In place: the processes look at this very file.
        let handle = try FileHandle(forUpdating: file)
        try handle.write(contentsOf: withUnsafeBytes(of: offset) { Data($0) })
        try handle.close()
    }

    /// What a process needs in its environment to live by it.
    ///
    /// - Throws: ``MissingProgram`` when the library is not built.
    package func environment() throws -> [String: String] {
        [
            "LD_PRELOAD": try TestProducts.path(of: "libWallClock.so"),
            "WALL_CLOCK_OFFSET_FILE": file.path(percentEncoded: false),
        ]
    }
}
