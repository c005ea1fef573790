// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncImages
import SyncPlan
import Testing

/// What image rollouts remember on a workload.
struct RolloutStateTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)

    private func state(_ text: String) throws -> RolloutState {
        RolloutState(
            of: try KubeObject([
                "apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": ["name": "web", "annotations": [RolloutState.annotation: .string(text)]],
            ])
        )
    }

    private static func digest(_ number: Int) -> String {
        let hex = String(number, radix: 16)
        return "sha256:" + String(repeating: "0", count: 64 - hex.utf8.count) + hex
    }

    private static func full(_ containers: Int) -> RolloutState {
        var state = RolloutState()
        for number in 0..<containers {
            var container = RolloutState.Container(image: "registry.example.com:5000/team/app-\(number):latest")
            container.good = digest(number)
            container.trying = digest(number + 1)
            container.pin = digest(number + 2)
            container.bad = (0..<RolloutState.maxBad).map { digest($0 + 100) }
            container.heard = "1800000000000"
            container.last = .init(from: digest(3), to: digest(4), at: "2027-01-15T08:00:00Z", result: "undone")
            state.containers["app-\(number)"] = container
        }
        state.phase = .undoing
        state.startedAt = "2027-01-15T08:00:00Z"
        return state
    }

    @Test(arguments: [0, 1, 2, 150])
    func `it reads what it writes, however many containers there are`(containers: Int) throws {
        var written = Self.full(containers)
        if containers == 0 { written.phase = nil }
        #expect(written.text.utf8.count < 256 << 10, "the API server takes so much")
        #expect(try state(written.text) == written)
    }

    @Test func `plans read the pins that it writes`() throws {
        var written = RolloutState()
        written.containers["web"] = .init(image: "nginx:latest")
        written.containers["web"]?.pin = Self.digest
        written.containers["api"] = .init(image: "nginx:latest")
        written.containers["api"]?.good = Self.digest
        func deployment(_ annotations: JSON, _ images: [String]) throws -> KubeObject {
            let containers = zip(["web", "api"], images).map { name, image -> JSON in
                ["name": .string(name), "image": .string(image)]
            }
            return try KubeObject([
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "annotations": annotations],
                "spec": ["template": ["spec": ["containers": .array(containers)]]],
            ])
        }
        let manifest = try deployment([:], ["nginx:latest", "nginx:latest"])
        let live = try deployment([RolloutState.annotation: .string(written.text)], ["nginx:latest", "nginx:latest"])
        let expected = try deployment([:], ["nginx:latest@\(Self.digest)", "nginx:latest"])
        #expect(ImagePins(of: live).applied(to: manifest) == expected)
    }

    @Test func `a container with nothing but its image is kept, also one with a strange name`() throws {
        for name in ["web", "", "a\"b\\c", "ü", "x\u{0}y"] {
            var written = RolloutState()
            written.containers[name] = RolloutState.Container(image: "nginx")
            #expect(try state(written.text) == written)
        }
    }

    @Test func `the text is the same whatever the order in which it was made`() {
        var one = RolloutState()
        var other = RolloutState()
        for name in ["c", "a", "b"] { one.containers[name] = .init(image: "nginx") }
        for name in ["b", "c", "a"] { other.containers[name] = .init(image: "nginx") }
        #expect(one.text == other.text)
    }

    @Test func `a digest by another hash is remembered, too`() throws {
        var written = RolloutState()
        written.containers["web"] = .init(image: "nginx")
        written.containers["web"]?.trying = "sha512:" + String(repeating: "0f", count: 64)
        written.phase = .rolling
        #expect(try state(written.text) == written)
    }

    @Test(arguments: [
        "", " ", "null", "7", "\"x\"", "[]", "{", "{}", "{\"containers\":[]}", "{\"containers\":{\"web\":7}}",
        "{\"containers\":{\"web\":{}}}", "{\"containers\":{\"web\":{\"image\":7}}}",
        String(repeating: "[", count: 100_000), "{\"containers\":" + String(repeating: "{\"a\":", count: 50_000),
        "\u{FEFF}{}",
    ])
    func `a text that says nothing is nothing`(text: String) throws {
        #expect(try state(text) == RolloutState())
    }

    @Test(arguments: [
        "", "sha256:", digest.uppercased(), "sha256:" + String(repeating: "g", count: 64), digest + "0",
        "sha1:" + String(repeating: "a", count: 40), digest + "\n", " " + digest, digest.replacing("a", with: "ａ"),
        "latest", "sha256:" + String(repeating: "/", count: 64), "md5:" + String(repeating: "a", count: 64),
    ])
    func `what could not be part of an image's name is no digest`(text: String) throws {
        let quoted = String(decoding: JSON.string(text).serialized(), as: UTF8.self)
        let read = try state(
            """
            {"containers":{"web":{"image":"nginx","good":\(quoted),"trying":\(quoted),"pin":\(quoted),
             "bad":[\(quoted),"\(Self.digest)",7,null]}},"phase":"rolling"}
            """
        )
        var expected = RolloutState()
        expected.containers["web"] = .init(image: "nginx")
        expected.containers["web"]?.bad = [Self.digest]
        #expect(read == expected)
    }

    @Test(arguments: ["rolling", "undoing", "done", ""])
    func `a phase without a rollout is none`(phase: String) throws {
        #expect(try state(#"{"containers":{"web":{"image":"nginx"}},"phase":"\#(phase)"}"#).phase == nil)
    }

    @Test(arguments: [
        #"{"to":"a","at":"b"}"#, #"{"at":"b","result":"c"}"#, "7", #"{"to":1,"at":"b","result":"c"}"#, "null",
    ])
    func `an ending without its parts is none`(ending: String) throws {
        #expect(try state(#"{"containers":{"web":{"image":"a","last":\#(ending)}}}"#).containers["web"]?.last == nil)
    }

    @Test func `the quarantine keeps the newest, each once`() throws {
        var state = RolloutState()
        state.containers["web"] = .init(image: "nginx")
        for number in 0..<30 { state.quarantine(Self.digest(number), of: "web") }
        state.quarantine(Self.digest(25), of: "web")
        state.quarantine(Self.digest(0), of: "stranger")
        let newest = [21, 22, 23, 24, 26, 27, 28, 29, 25, 25].dropLast()
        #expect(state.containers["web"]?.bad == ([20] + newest).map(Self.digest))
        #expect(state.containers.keys.sorted() == ["web"])
        let many = (0..<500).map { "\"\(Self.digest($0))\"" }.joined(separator: ",")
        let read = try self.state("{\"containers\":{\"web\":{\"image\":\"a\",\"bad\":[\(many)]}}}")
        #expect(read.containers["web"]?.bad == (490..<500).map(Self.digest))
    }

    @Test(arguments: 0..<20)
    func `texts that were changed anywhere are read without harm`(seed: Int) throws {
        var random = SystemRandomNumberGenerator()
        let original = Array(Self.full(2).text.utf8)
        for _ in 0..<200 {
            var bytes = original
            for _ in 0...(seed % 4) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[..<min(40, place)], at: place)
                }
            }
            let read = try state(String(decoding: bytes, as: UTF8.self))
            #expect(try state(read.text) == read, "\(String(decoding: bytes, as: UTF8.self))")
            for container in read.containers.values { #expect(container.bad.count <= RolloutState.maxBad) }
        }
    }

    @Test func `a text that no API server would have stored is not read`() throws {
        let huge = Self.full(1).text + String(repeating: " ", count: 1 << 20)
        #expect(try state(huge) == RolloutState())
    }
}
