// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A program or setting that a test needs is not there.
package struct MissingProgram: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// What a program printed and how it ended.
package struct ProgramResult: Sendable {
    /// The exit status, or 128 plus the signal that ended it.
    package let status: Int32
    /// Standard output.
    package let bytes: [UInt8]
    /// Standard error.
    package let errors: String

    /// Standard output as text.
    package var output: String { String(decoding: bytes, as: UTF8.self) }
}

/// The full path of a program in `PATH`, or in the folders of system programs.
///
/// - Throws: ``MissingProgram`` naming the Debian package that brings it.
package func programPath(_ name: String, package debianPackage: String) throws -> String {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
    guard let found = folders.map({ "\($0)/\(name)" }).first(where: FileManager.default.isExecutableFile(atPath:))
    else {
        throw MissingProgram(description: "\(name) is not installed: apt-get install \(debianPackage)")
    }
    return found
}

/// Runs a short program to its end; the calling thread waits. What talks to a server in this process takes
/// ``finishProgram(_:_:package:environment:input:)`` instead.
///
/// - Parameters:
///   - name: Looked up in `PATH`.
///   - arguments: What follows the name.
///   - debianPackage: Brings the program; named when it is missing.
///   - environment: All variables that it gets; nil for those of the tests.
///   - input: Its standard input.
/// - Returns: What it printed, whatever its status.
/// - Throws: ``MissingProgram`` when it is not installed or cannot be started.
package func runProgram(
    _ name: String,
    _ arguments: [String],
    package debianPackage: String,
    environment: [String: String]? = nil,
    input: [UInt8] = []
) throws -> ProgramResult {
    try SpawnedProgram.run(
        try programPath(name, package: debianPackage),
        arguments,
        environment: environment ?? ProcessInfo.processInfo.environment,
        input: input
    )
}

/// Like ``runProgram(_:_:package:environment:input:)``, on a thread of its own: servers of this process answer on the
/// threads that a blocking wait would take.
package func finishProgram(
    _ name: String,
    _ arguments: [String],
    package debianPackage: String,
    environment: [String: String]? = nil,
    input: [UInt8] = []
) async throws -> ProgramResult {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(
                with: Result {
                    try runProgram(
                        name,
                        arguments,
                        package: debianPackage,
                        environment: environment,
                        input: input
                    )
                }
            )
        }
    }
}
