// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import SceneKit
import TestKit
import Testing

/// The largest commit that is accepted (`docs/limits.md`), in the memory that `infra/deployment.yaml` gives the operator.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct LargestCommitTests {
    /// The limit of `infra/deployment.yaml`.
    private static let memory = 256 << 20
    private static let objects = 9_900
    /// Of one object; all together nearly the 32 MiB that manifests may have.
    private static let bytes = 3_000

    @Test(.enabled(if: MemoryGroup.isPossible, "this machine lets nobody make memory cgroups"))
    func `as many objects with as much text as a commit may have are synced, and the next commit on top of them`()
        async throws
    {
        let group = try MemoryGroup(bytes: Self.memory)
        defer { group.remove() }
        try await withEmbeddedScene { scene, _ in
            try scene.commit(manifests(scene))
            var options = Scene.OperatorOptions()
            options.wrapper = group.wrapper
            try await scene.withOperator(options: options) { process in
                for value in ["1", "2"] {
                    try scene.commit(["marker.yaml": scene.configMap("marker", value)])
                    try await scene.isSynced("marker", value, within: .seconds(400))
                    try await eventually("the last of them is there", within: .seconds(400)) {
                        try await scene.liveConfigMap("c\(Self.objects - 1)") != nil
                    }
                    let address = try await process.listeningAddress()
                    let answer = try await HTTPWire().send(HTTPRequest(method: "GET", url: "http://\(address)/healthz"))
                    #expect(answer.status == 200, "\(process.text.suffix(2000))")
                }
                process.send(SIGTERM)
                let ending = try await process.ending(within: .seconds(28))
                #expect(ending == .status(0), "\(process.text.suffix(2000))")
            }
            print("largest commit: peak of \(group.peakBytes >> 20) MiB charged")
        }
    }

    /// A hundred objects a file.
    private func manifests(_ scene: Scene) -> [String: String?] {
        let text = String(repeating: "x", count: Self.bytes)
        var files: [String: String?] = ["ns.yaml": scene.namespaceManifest]
        for file in 0..<(Self.objects / 100) {
            files["c\(file).yaml"] = (0..<100).map { scene.configMap("c\(file * 100 + $0)", text) }
                .joined(separator: "---\n")
        }
        return files
    }
}
