// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects
import PlainText
import SyncApply
import SyncLook
import SyncRecord
import SyncSource
import YAMLText

@testable import KubeClient
@testable import SyncLoop

/// What people write for the tool itself: kubeconfigs, project documents, queries, durations.
enum ConfigurationFuzz {
    static func kubeconfig(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        // Files that a kubeconfig names are read: not those of this machine.
        guard !text.contains("/dev"), !text.contains("/proc"), !text.contains("/sys"), !text.contains(".."),
            let json = try? YAMLText.single(text)
        else { return }
        do throws(KubeError) {
            let configuration = try KubeConfiguration(
                kubeconfig: json,
                folder: "/nonexistent",
                context: nil,
                environment: ["HTTPS_PROXY": text, "NO_PROXY": text]
            )
            let origin = HTTPOrigin(url: configuration.server)
            require(origin != nil, "a server without origin: \(configuration.server)")
            require(!configuration.server.contains("@"), "a server with user info")
        } catch {
            require(error.reason == .configuration, "another reason: \(error)")
            for user in json["users"]?.array ?? [] {
                for key in ["token", "password"] {
                    guard let secret = user["user"]?[key]?.string, secret.utf8.count >= 16 else { continue }
                    require(!error.description.contains(secret), "a secret in \(error)")
                }
            }
        }
    }

    static func project(_ bytes: [UInt8]) {
        for document in YAMLText.read(bytes).documents {
            do throws(ConfigurationError) {
                let project = try ProjectDocument.project(from: document.json, file: "f")
                require(!project.name.isEmpty && project.name.utf8.count <= 40, "a bad name")
                require(project.interval >= .seconds(1) && project.healthTimeout >= .zero, "a bad duration")
                let path = project.source.path
                require(!path.hasPrefix("/") && !path.split(separator: "/").contains(".."), "a bad path: \(path)")
                _ = project.applySet
            } catch {
                require(!error.problems.isEmpty, "an error without problems")
            }
        }
    }

    static func query(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let query = try? ObjectQuery(parsing: text) {
            require(!query.name.isEmpty && !query.kind.isEmpty, "a part is missing: \(query)")
        }
        if let duration = DurationText.parse(text) {
            require(duration >= .zero, "a negative duration")
            require(!DurationText.describe(duration).isEmpty, "a duration without words")
        }
    }
}
