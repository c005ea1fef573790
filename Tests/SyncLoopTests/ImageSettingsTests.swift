// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncImages
import SyncPlan
import Testing
import YAMLText

@testable import SyncLoop

/// `spec.images` of a project document.
struct ImageSettingsTests {
    private func read(_ yaml: String) throws -> (policy: ImagePolicy, problems: [String]) {
        var reader = DocumentReader(file: "p.yaml")
        let policy = ImageSettings.policy(try YAMLText.single("images: \(yaml)")["images"], &reader)
        return (policy, reader.problems.map { String($0.dropFirst("p.yaml: spec.images".count)) })
    }

    @Test(arguments: ["{}", "null"])
    func `nothing said is the documented defaults`(yaml: String) throws {
        let (policy, problems) = try read(yaml)
        #expect(policy == ImagePolicy() && problems.isEmpty)
        #expect(policy.rollLatest && policy.undo && policy.tags.map(\.description) == ["latest"])
        #expect(policy.interval == .seconds(60) && policy.maxConcurrent == 3 && policy.windows.isEmpty)
    }

    @Test func `every field is read`() throws {
        let (policy, problems) = try read(
            """
            {rollLatest: false, tags: [edge, release-*], interval: 5m, undo: false, maxConcurrent: 7,
             windows: ["Mon-Fri 09:00-17:00 Europe/Berlin", "22:00-04:00"],
             registries: [{host: "r.example.com:5000", mirrors: [m.example.com], insecure: true}, {host: ghcr.io}]}
            """
        )
        #expect(problems.isEmpty)
        #expect(!policy.rollLatest && !policy.undo && policy.maxConcurrent == 7 && policy.interval == .seconds(300))
        #expect(policy.tags.map(\.description) == ["edge", "release-*"])
        #expect(policy.windows.map(\.description) == ["Mon-Fri 09:00-17:00 Europe/Berlin", "22:00-04:00"])
        var choice = RegistryChoice()
        choice.mirrors = ["m.example.com"]
        choice.isInsecure = true
        #expect(policy.registries == ["r.example.com:5000": choice, "ghcr.io": RegistryChoice()])
    }

    private static let window =
        "expected a time such as Mon-Fri 09:00-17:00 Europe/Berlin; days and zone may be left out"

    @Test(arguments: [
        ("{tag: [a]}", [".tag: unknown field; did you mean tags?"]),
        ("{interval: 9s}", [".interval: expected a duration of at least 10.0 s, such as 30s or 5m"]),
        ("{maxConcurrent: 0}", [".maxConcurrent: expected a whole number from 1 to 100"]),
        ("{maxConcurrent: 101}", [".maxConcurrent: expected a whole number from 1 to 100"]),
        ("{undo: 'no'}", [".undo: expected true or false, found a string"]),
        ("{tags: latest}", [".tags: expected a list of at most 100 texts, found a string"]),
        ("{tags: [ok, 'a b']}", [".tags[1]: expected a tag, or a pattern such as edge-*"]),
        (
            "{tags: [1, 'a b']}",
            [
                ".tags[0]: expected text, found a number; put it in quotes",
                ".tags[1]: expected a tag, or a pattern such as edge-*",
            ]
        ),
        ("{windows: ['09:00-17:00', 'Mon']}", [".windows[1]: \(window)"]),
        (
            "{windows: [7, 'Mon']}",
            [".windows[0]: expected text, found a number; put it in quotes", ".windows[1]: \(window)"]
        ),
        ("{registries: {}}", [".registries: expected a list of at most 100 registries, found a map"]),
        ("{registries: [{}]}", [".registries[0].host: is missing"]),
        ("{registries: [{host: ''}]}", [".registries[0].host: is empty"]),
        (
            "{registries: [{host: 'https://r.example.com'}]}",
            [".registries[0].host: expected a host such as registry.example.com:5000, without a path"]
        ),
        (
            "{registries: [{host: r.example.com}, {host: r.example.com}]}",
            [".registries[1].host: stands there twice"]
        ),
        (
            "{registries: [{host: r.example.com, ca: /etc/ca.pem}]}",
            [".registries[0].ca: expected certificates in PEM form (-----BEGIN CERTIFICATE-----)"]
        ),
        (
            "{registries: [{host: r.example.com, mirror: [m]}]}",
            [".registries[0].mirror: unknown field; did you mean mirrors?"]
        ),
        (
            "{registries: [{host: r.example.com, mirrors: [m, 7]}]}",
            [".registries[0].mirrors[1]: expected text, found a number; put it in quotes"]
        ),
        (
            "[latest]",
            [
                ": expected a map with rollLatest, tags, interval, undo, maxConcurrent, windows, registries, found a list"
            ]
        ),
    ])
    func `a mistake is named with its path and what to do`(yaml: String, problems: [String]) throws {
        #expect(try read(yaml).problems == problems)
    }
}
