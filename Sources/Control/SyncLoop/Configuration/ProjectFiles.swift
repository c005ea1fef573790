// SPDX-License-Identifier: Apache-2.0
import Foundation
import YAMLText

/// Reads project files for `sternpost run --config`.
package enum ProjectFiles {
    /// At most so many bytes are read of one file.
    private static let maxBytes = 1 << 20

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
        for (name, same) in Dictionary(grouping: projects, by: \.name).sorted(by: { $0.key < $1.key })
        where same.count > 1 {
            problems.append("\(path): \(same.count) projects are called \(name); give each a name of its own")
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        guard !projects.isEmpty else { throw ConfigurationError("\(path): holds no project document") }
        return projects
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
