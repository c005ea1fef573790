// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A program or setting that a test needs is not there.
package struct MissingProgram: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// What a program printed and how it ended.
package struct ProgramResult: Sendable {
    package let status: Int32
    package let output: [UInt8]
    package let errors: String
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

/// Runs a short program to its end. Its output must fit a pipe (64 KiB) or the errors be few.
package func runProgram(_ name: String, _ arguments: [String], package debianPackage: String) throws -> ProgramResult {
    let process = Process()
    process.executableURL = URL(filePath: try programPath(name, package: debianPackage))
    process.arguments = arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    let complaints = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return ProgramResult(
        status: process.terminationStatus,
        output: Array(bytes),
        errors: String(decoding: complaints, as: UTF8.self)
    )
}
