// SPDX-License-Identifier: Apache-2.0
import ClusterControllers
import ClusterStore
import EmbeddedCluster
import Foundation
import KubeObjects
import TestKit
import Testing

/// A cluster that is kept in a folder.
@Suite(.timeLimit(.minutes(2))) struct DataFolderTests {
    @Test func `what was answered is there again after a restart`() async throws {
        try await withTemporaryFolder { folder in
            var options = EmbeddedClusterOptions()
            options.dataFolder = folder.appending(path: "data").path()
            let uid = try await withCluster(options) { _, client in
                _ = try await client.send("POST", configMaps, configMap("gone"))
                _ = try await client.send("DELETE", "\(configMaps)/gone")
                return try await client.send("POST", configMaps, configMap("kept")).json["metadata"]?["uid"]
            }
            try await withCluster(options) { _, client in
                let kept = try await client.send("GET", "\(configMaps)/kept")
                #expect(kept.json["metadata"]?["uid"] == uid)
                let gone = try await client.send("GET", "\(configMaps)/gone")
                #expect(gone.status == 404)
            }
        }
    }

    @Test func `resourceVersions go on where they ended and old watches are told so`() async throws {
        try await withTemporaryFolder { folder in
            var options = EmbeddedClusterOptions()
            options.dataFolder = folder.path()
            let before = try await withCluster(options) { cluster, _ in cluster.client.revision }
            try await withCluster(options) { cluster, client in
                #expect(cluster.client.revision >= before)
                let events = try await client.lines("\(configMaps)?watch=1&timeoutSeconds=1&resourceVersion=2")
                #expect(events.first?["object"]?["reason"] == "Expired")
            }
        }
    }

    @Test func `a line that a crash cut off is dropped`() async throws {
        try await withTemporaryFolder { folder in
            var options = EmbeddedClusterOptions()
            options.dataFolder = folder.path()
            try await withCluster(options) { _, client in
                _ = try await client.send("POST", configMaps, configMap("kept"))
            }
            let file = try FileHandle(forWritingTo: folder.appending(path: "objects.jsonl"))
            try file.seekToEnd()
            try file.write(contentsOf: Data(#"{"group":"","resource":"configmaps","na"#.utf8))
            try file.close()
            try await withCluster(options) { _, client in
                let kept = try await client.send("GET", "\(configMaps)/kept")
                #expect(kept.status == 200)
            }
        }
    }

    @Test func `a damaged file is refused with its line`() async throws {
        try await withTemporaryFolder { folder in
            try Data("{\"revision\":7}\nnonsense\n".utf8).write(to: folder.appending(path: "objects.jsonl"))
            var options = EmbeddedClusterOptions()
            options.dataFolder = folder.path()
            await #expect {
                try await EmbeddedCluster.start(options: options)
            } throws: { error in
                (error as? StoreJournalError)?.reason == .damaged && "\(error)".contains("line 2")
            }
        }
    }
}
