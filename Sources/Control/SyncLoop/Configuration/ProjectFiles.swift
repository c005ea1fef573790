// SPDX-License-Identifier: Apache-2.0
import Foundation
import YAMLText

/// Reads project files for `sternpost run --config`.
package enum ProjectFiles {
    /// The most bytes that are read of one file.
    private static let maxBytes = 1 << 20

    /// The projects of several files and folders together, as the other function reads one.
    ///
    /// - Throws: ``ConfigurationError`` with every problem of all of them; also when two projects have the same name.
    package static func read(_ paths: [String]) throws(ConfigurationError) -> [Project] {
        guard paths.count != 1 else { return try read(paths[0]) }
        var projects: [Project] = []
        var problems: [String] = []
        for path in paths {
            do throws(ConfigurationError) { projects += try read(path) } catch { problems += error.problems }
        }
        problems += repeated(in: projects, of: paths.joined(separator: ", "))
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return projects
    }

    /// The projects of a file, or of every `.yaml`, `.yml` and `.json` file of a folder; several documents a file.
    ///
    /// - Throws: ``ConfigurationError`` with every problem of every file; also when there is no project, or two of the
    ///   same name.
    package static func read(_ path: String) throws(ConfigurationError) -> [Project] {
        var projects: [Project] = []
        var problems: [String] = []
        for file in try files(at: path) {
            let bytes: [UInt8]
            do {
                bytes = try BoundedFile.read(file, maxBytes: maxBytes)
            } catch .tooLarge {
                problems.append("\(file): larger than \(maxBytes) bytes; that is no project file")
                continue
            } catch {
                problems.append("\(file): cannot be read; check that it exists and its permissions")
                continue
            }
            let reading = YAMLText.read(bytes)
            problems += reading.errors.map { "\(file):\($0.line): \($0.problem); \($0.remedy)" }
            for document in reading.documents {
                do {
                    projects.append(try ProjectDocument.project(from: document.json, file: "\(file):\(document.line)"))
                } catch {
                    problems += error.problems
                }
            }
        }
        problems += repeated(in: projects, of: path)
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        guard !projects.isEmpty else { throw ConfigurationError("\(path): holds no project document") }
        return projects
    }

    private static func repeated(in projects: [Project], of place: String) -> [String] {
        Dictionary(grouping: projects, by: \.name).filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map {
            "\(place): \($0.value.count) projects are called \($0.key); give each a name of its own"
        }
    }

    private static func files(at path: String) throws(ConfigurationError) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ConfigurationError("\(path): no such file or folder")
        }
        guard isFolder.boolValue else { return [path] }
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            return names.filter { name in
                !name.hasPrefix(".") && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
            }.map { "\(path)/\($0)" }
        } catch {
            throw ConfigurationError("\(path): the folder cannot be read; check its permissions")
        }
    }
}
