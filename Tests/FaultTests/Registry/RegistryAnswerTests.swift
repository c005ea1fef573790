// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncImages
import SyncLoop
import SyncPlan
import TestKit
import Testing

/// Registries that lie, redirect, refuse or hang: nothing is rolled out on what they say, and other images go on.
@Suite(.timeLimit(.minutes(5)), .sharedRegistry)
struct RegistryAnswerTests {
    /// A workload on a registry that misbehaves, another on a good one: the first is left alone, the second goes on.
    private func withScripted(
        _ body: (ImageScene, ScriptedRegistry, ImageScene.Following, RolloutMarks) async throws -> Void
    ) async throws {
        let scripted = try ScriptedRegistry("1")
        defer { scripted.stop() }
        try await withImageScene { images in
            try await images.push("app", "1")
            try await images.deploy(
                [
                    "odd.yaml": images.deployment("odd", "\(scripted.host)/team/odd:latest"),
                    "web.yaml": images.deployment("web", images.image("app")),
                ],
                healthy: ["odd", "web"]
            )
            let before = RolloutMarks(try await images.live("Deployment", "odd"))
            try await images.following(
                edit: { project in
                    var choice = RegistryChoice()
                    choice.isInsecure = true
                    project.images.registries[scripted.host] = choice
                }
            ) { following in
                try await following.shows("odd", .current)
                try await following.shows("web", .current)
                try await body(images, scripted, following, before)
            }
            try await images.scene.checkPromises()
        }
    }

    /// While the one registry misbehaves, its workload is not touched, and a push to the other rolls out in time.
    private func expectOnlyItsOwn(
        _ images: ImageScene,
        _ following: ImageScene.Following,
        _ before: RolloutMarks,
        content: String
    ) async throws {
        let clock = ContinuousClock()
        let new = try await images.push("app", content)
        let pushed = clock.now
        try await images.completed("Deployment", "web", new.digest)
        #expect(pushed.duration(to: clock.now) < .seconds(20), "its neighbour is not delayed")
        #expect(RolloutMarks(try await images.live("Deployment", "odd")) == before)
    }

    @Test func `R6: an answer in schema 1 is refused by name, and nothing is rolled out`() async throws {
        try await withScripted { images, scripted, following, before in
            let type = "application/vnd.docker.distribution.manifest.v1+prettyjws"
            let new = scripted.push("2")
            scripted.misbehave { request in
                request.path.contains("/manifests/")
                    ? ScriptedRegistry.reply(to: request, #"{"schemaVersion":1}"#, digest: new, type: type) : nil
            }
            let row = try await following.shows("odd", .unreadable)
            #expect(row.detail.text.contains("schema 1"), "\(row.detail)")
            try await expectOnlyItsOwn(images, following, before, content: "2")
            scripted.misbehave(nil)
            try await images.completed("Deployment", "odd", new)
        }
    }

    @Test func `R7: a redirect to another host gets no credential, and nothing is rolled out on it`() async throws {
        let other = try StubHTTPServer { _ in [.reply(200, #"{"schemaVersion":2}"#)] }
        defer { other.stop() }
        try await withScripted { images, scripted, following, before in
            let port = other.port
            scripted.push("2")
            scripted.misbehave { request in
                let headers = ["Location": "http://localhost:\(port)\(request.target)"]
                return request.path.contains("/manifests/") ? [.reply(307, "", headers: headers)] : nil
            }
            try await following.shows("odd", .unreadable)
            try await expectOnlyItsOwn(images, following, before, content: "2")
            #expect(other.requests.allSatisfy { $0.headers["authorization"] == nil })
            scripted.misbehave(nil)
            try await images.completed("Deployment", "odd", scripted.digest)
        }
    }

    @Test func `R9: a digest that is not that of the bytes rolls nothing out`() async throws {
        try await withScripted { images, scripted, following, before in
            let lie = "sha256:\(String(repeating: "a", count: 64))"
            let old = scripted.digest
            scripted.misbehave { request in
                guard request.path.hasSuffix("/latest") else { return nil }
                return ScriptedRegistry.reply(to: request, #"{"schemaVersion":2}"#, digest: lie)
            }
            let row = try await following.shows("odd", .unreadable)
            #expect(row.detail.text.contains("not believed"), "\(row.detail)")
            try await expectOnlyItsOwn(images, following, before, content: "2")
            scripted.misbehave(nil)
            try await following.shows("odd", .current)
            #expect(RolloutMarks(try await images.live("Deployment", "odd")) == before && scripted.digest == old)
        }
    }

    @Test(arguments: [true, false])
    func `R2: a registry that wants fewer requests delays only its own images`(tellsWhen: Bool) async throws {
        try await withScripted { images, scripted, following, before in
            let new = scripted.push("2")
            let headers = tellsWhen ? ["Retry-After": "3"] : [:]
            scripted.misbehave { _ in
                [.reply(429, #"{"errors":[{"code":"TOOMANYREQUESTS"}]}"#, headers: headers)]
            }
            try await following.shows("odd", .unreadable)
            let asked = scripted.requests.count
            try await expectOnlyItsOwn(images, following, before, content: "2")
            #expect(scripted.requests.count - asked < 20, "it is left alone for a while")
            scripted.misbehave(nil)
            try await images.completed("Deployment", "odd", new)
        }
    }

    @Test func `R8: a registry that hangs delays only its own images`() async throws {
        try await withScripted { images, scripted, following, before in
            let new = scripted.push("2")
            scripted.misbehave { _ in [.hang] }
            for content in ["2", "3"] {
                try await expectOnlyItsOwn(images, following, before, content: content)
            }
            let row = try await following.shows("odd", .unreadable)
            #expect(!row.detail.text.isEmpty)
            scripted.misbehave(nil)
            try await images.completed("Deployment", "odd", new, within: .seconds(60))
        }
    }

    @Test func `R1: a token that has expired is renewed once, and rollouts go on`() async throws {
        try await withScripted { images, scripted, following, _ in
            let valid = TokenBox()
            let host = scripted.host
            scripted.misbehave { [weak scripted] request in
                if request.path == "/token" {
                    return [.reply(200, #"{"token":"token-\#(valid.current)","expires_in":3600}"#)]
                }
                // The node of this test does not log in.
                guard request.headers["user-agent"] == "sternpost" else { return nil }
                guard request.headers["authorization"] == "Bearer token-\(valid.current)" else {
                    let challenge = "Bearer realm=\"http://\(host)/token\",service=\"test\""
                    return [.reply(401, "{}", headers: ["Www-Authenticate": challenge])]
                }
                return scripted?.answer(request)
            }
            try await following.polls(2, of: "odd")
            #expect(following.row("odd")?.state == .current)
            let before = scripted.requests.filter { $0.path == "/token" }.count
            valid.expire()
            let new = scripted.push("2")
            try await images.completed("Deployment", "odd", new)
            #expect(scripted.requests.filter { $0.path == "/token" }.count == before + 1)
        }
    }
}
