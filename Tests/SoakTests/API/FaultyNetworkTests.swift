// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncRecord
import Synchronization
import TestKit
import Testing

/// An operator behind a network that lets a third of all requests fail, writes above all.
@Suite(.timeLimit(.minutes(6)))
struct FaultyNetworkTests {
    /// Which requests fail, and how: the same for the same seed and order of requests.
    private final class Weather: Sendable {
        private struct State {
            var random: UInt64
            var isCalm = false

            /// The next number below a bound, by a linear congruential generator.
            mutating func next(_ bound: UInt64) -> UInt64 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return (random >> 33) % bound
            }
        }

        private let state: Mutex<State>

        init(seed: UInt64) { state = Mutex(State(random: seed)) }

        /// From now on nothing fails any more.
        func calmDown() { state.withLock { $0.isCalm = true } }

        func fault(_ method: String) -> FaultingProxy.Fault {
            state.withLock { state in
                guard !state.isCalm else { return .none }
                let isWrite = method != "GET"
                // Two thirds of the writes and a quarter of the reads: together about a third of what an operator sends.
                guard state.next(100) < (isWrite ? 66 : 25) else { return .none }
                switch state.next(isWrite ? 10 : 6) {
                case 0: return .answer(429)
                case 1: return .answer(500)
                case 2: return .hang(.seconds(2))
                case 3: return .resetBefore
                case 4, 6, 7: return .resetAfter
                default: return .cutAnswer
                }
            }
        }
    }

    @Test(arguments: [1, 2])
    func
        `with a third of all requests failing an operator loses nothing, deletes nothing foreign, and ends as git says`(
            seed: Int
        ) async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            let weather = Weather(seed: UInt64(seed))
            let port = try #require(URL(string: cluster.url)?.port)
            try await FaultingProxy.to(port, choose: { method, _ in weather.fault(method) }) { proxy in
                try scene.commit(round(0, scene))
                var options = Scene.OperatorOptions()
                options.kubeconfig = try kubeconfig(of: scene, through: proxy)
                try await scene.withOperator(options: options) { process in
                    // Until writes have met enough faults: where reads fail, nothing is written.
                    var last = 0
                    for number in 1...40 where number <= 6 || proxy.faults["PATCH", default: 0] <= 5 {
                        last = number
                        let sent = proxy.requests
                        try await eventually("it goes on in round \(number)", within: .seconds(60)) {
                            proxy.requests >= sent + 30
                        }
                        try scene.commit(round(number, scene))
                        try await changeByHand(scene, number)
                    }
                    #expect(
                        proxy.faults.values.reduce(0, +) * 5 > proxy.requests,
                        "\(proxy.faults) of \(proxy.requests)"
                    )
                    #expect(proxy.faults["PATCH", default: 0] > 5, "\(proxy.faults)")
                    weather.calmDown()
                    try await scene.isSynced("hot", "\(last)", within: .seconds(120))
                    try await eventually("what left git is gone", within: .seconds(120)) {
                        for number in 0..<last where try await scene.liveConfigMap("made-\(number)") != nil {
                            return false
                        }
                        return try await scene.liveConfigMap("made-\(last)") != nil
                    }
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                }
            }
            #expect(try await scene.hasIntactChain("operator"))
            for run in try await scene.runs(of: "operator") where run.run.outcome != .unknown {
                #expect(run.mutations.allSatisfy { $0.ending != .open }, "run \(run.run.id)")
            }
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    /// The scene's kubeconfig with the proxy in the server's place.
    private func kubeconfig(of scene: Scene, through proxy: FaultingProxy) throws -> String {
        let path = "\(scene.folder)/faulty-kubeconfig"
        var document = scene.kubeconfig
        document["clusters"] = .array(
            (document["clusters"]?.array ?? []).map { entry in
                var entry = entry
                entry[["cluster", "server"]] = .string("http://127.0.0.1:\(proxy.port)")
                return entry
            }
        )
        try document.text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Drift of one object, and one of ours that somebody deletes; not through the proxy.
    private func changeByHand(_ scene: Scene, _ number: Int) async throws {
        guard var live = try await scene.liveConfigMap("c\(number % 4)") else { return }
        if number.isMultiple(of: 2) {
            _ = try await scene.client.delete(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: live.name,
                uid: try #require(live.uid),
                propagation: .background
            )
        } else {
            live.json["data"] = ["value": "by hand"]
            let edited = live
            do throws(KubeError) {
                _ = try await scene.client.replace(edited, in: CoreResources.configMaps, fieldManager: "somebody")
            } catch {
                // The operator was faster; the next round changes another object.
                guard error.reason == .conflict else { throw error }
            }
        }
    }

    /// Each round changes an object, creates one, creates one again and deletes one.
    private func round(_ number: Int, _ scene: Scene) -> [String: String?] {
        var files = scene.baseFiles(configMaps: 4)
        files["hot.yaml"] = scene.configMap("hot", "\(number)")
        files["made-\(number).yaml"] = scene.configMap("made-\(number)")
        files["fixed.yaml"] =
            scene.configMap("fixed", "\(number)", annotations: "sternpost.dev/force: enabled") + "immutable: true\n"
        if number > 0 { files["made-\(number - 1).yaml"] = .some(nil) }
        return files
    }
}
