// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import Processes
import YAMLText

/// Finds and reads kubeconfig files the way kubectl does: `--kubeconfig`, else `KUBECONFIG` (several files, merged), else
/// `~/.kube/config`, else the service account of the pod we run in.
package enum KubeconfigFiles {
    /// The most bytes that are read of one file.
    private static let maxBytes = 4 << 20

    /// The connection settings.
    ///
    /// - Parameters:
    ///   - path: The file given on the command line, or nil.
    ///   - context: The context to use instead of the current one, or nil.
    ///   - environment: Where `KUBECONFIG`, `HOME` and `KUBERNETES_SERVICE_HOST` are looked up.
    /// - Returns: How to reach the API server and who we are there.
    /// - Throws: ``ConfigurationError`` or ``KubeError``, naming the file and what to do.
    package static func configuration(
        path: String?,
        context: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> KubeConfiguration {
        let files = candidates(path: path, environment: environment)
        let present = files.filter { FileManager.default.fileExists(atPath: $0) }
        if let path, present.isEmpty { throw ConfigurationError("\(path): no such kubeconfig file") }
        if present.isEmpty {
            if environment["KUBERNETES_SERVICE_HOST"] != nil { return try KubeConfiguration.inCluster() }
            if let list = environment["KUBECONFIG"], !list.isEmpty {
                throw ConfigurationError(
                    "KUBECONFIG is \(list), and there is no such file; correct it, or give --kubeconfig FILE"
                )
            }
            throw ConfigurationError(
                "no cluster to talk to: give --kubeconfig FILE, or set KUBECONFIG, or put a kubeconfig at ~/.kube/config"
            )
        }
        var merged: JSON = [:]
        for file in present { merge(try read(file), into: &merged) }
        let folder = (present.first ?? "").split(separator: "/", omittingEmptySubsequences: false).dropLast()
        do throws(KubeError) {
            return try KubeConfiguration(kubeconfig: merged, folder: folder.joined(separator: "/"), context: context)
        } catch {
            guard error.reason == .configuration else { throw error }
            throw ConfigurationError("\(present.joined(separator: ":")): \(error.message)")
        }
    }

    /// How a client reads the same settings again when its credentials are refused: the files may have been written anew.
    ///
    /// - Parameters:
    ///   - configuration: What was read; its context stays, whatever the current one is by then.
    ///   - path: As for ``configuration(path:context:environment:)``.
    ///   - environment: As there.
    /// - Returns: The reading, on a thread of its own. It gives nil when a file is a pipe or a device, such as
    ///   `--kubeconfig <(…)`: that can be read once.
    package static func renewal(
        of configuration: KubeConfiguration,
        path: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> KubeClient.Renewal {
        let context = configuration.contextName.isEmpty ? nil : configuration.contextName
        return {
            // What cannot be read again is no renewal: the caller is told the refusal that led here.
            try? await onOwnThread(named: "kubeconfig") { () -> KubeConfiguration? in
                guard candidates(path: path, environment: environment).allSatisfy({ isLasting($0) }) else { return nil }
                return try? KubeconfigFiles.configuration(path: path, context: context, environment: environment)
            }
        }
    }

    /// Whether reading a file ends, and gives all of it each time. One that is not there is none.
    private static func isLasting(_ file: String) -> Bool {
        var status = stat()
        return stat(file, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    }

    private static func candidates(path: String?, environment: [String: String]) -> [String] {
        if let path { return [absolute(path)] }
        if let list = environment["KUBECONFIG"], !list.isEmpty {
            return list.split(separator: ":").map { absolute(String($0)) }
        }
        return environment["HOME"].map { ["\($0)/.kube/config"] } ?? []
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    }

    /// Reads one file; paths of certificates, tokens and plug-ins in it become absolute, because they are relative to
    /// their file. A plug-in's name without a slash is looked up in `PATH`, so it stays.
    private static func read(_ file: String) throws -> JSON {
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(file, maxBytes: maxBytes)
        } catch .tooLarge {
            throw ConfigurationError("\(file): larger than \(maxBytes) bytes")
        } catch {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
                throw ConfigurationError("\(file): is a folder; name the kubeconfig file itself")
            }
            throw ConfigurationError("\(file): cannot be read; check the file's permissions")
        }
        var json: JSON
        do {
            json = try YAMLText.single(String(decoding: bytes, as: UTF8.self))
        } catch {
            throw ConfigurationError("\(file):\(error.line): \(error.problem); \(error.remedy)")
        }
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let pathKeys = ["certificate-authority", "client-certificate", "client-key", "tokenFile"]
        for (list, entry) in [("clusters", "cluster"), ("users", "user")] {
            let items = json[list]?.array ?? []
            json[list] = .array(
                items.map { item in
                    var item = item
                    for key in pathKeys {
                        guard let path = item[entry]?[key]?.string, !path.isEmpty, !path.hasPrefix("/") else {
                            continue
                        }
                        item[[entry, key]] = .string("\(folder)/\(path)")
                    }
                    if let command = item[[entry, "exec", "command"]]?.string, command.contains("/"),
                        !command.hasPrefix("/")
                    {
                        item[[entry, "exec", "command"]] = .string("\(folder)/\(command)")
                    }
                    return item
                }
            )
        }
        return json
    }

    /// When several files define the same name, or a `current-context` that is not empty, the first one counts.
    private static func merge(_ json: JSON, into merged: inout JSON) {
        for list in ["clusters", "users", "contexts"] {
            var items = merged[list]?.array ?? []
            for item in json[list]?.array ?? []
            where !items.contains(where: { $0["name"]?.string == item["name"]?.string }) {
                items.append(item)
            }
            merged[list] = .array(items)
        }
        if merged["current-context"] == nil, let current = json["current-context"]?.string, !current.isEmpty {
            merged["current-context"] = .string(current)
        }
    }
}
