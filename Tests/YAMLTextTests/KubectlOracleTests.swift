// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import TestKit
import Testing
import YAMLText

/// Our reading held against kubectl's own, wherever kubectl is installed: the same value, or both refuse.
@Suite(.enabled(if: Kubectl.isInstalled, "kubectl is not installed")) struct KubectlOracleTests {
    /// A ConfigMap named for its place in the table, with `body` at the top level.
    private static func manifest(_ index: Int, _ body: String) -> [UInt8] {
        Array("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: case\(index)\n\(body)".utf8)
    }

    /// Our objects of a text, nil when any part of it is refused.
    private static func ours(_ text: [UInt8]) -> [JSON]? {
        (try? YAMLText.documents(in: text))?.map(\.json)
    }

    /// Holds each text against kubectl, which reads all of them in one process. `stricter` names texts that kubectl reads
    /// and we refuse on purpose, `milder` those that it refuses and we read.
    private func compare(_ cases: [(name: String, text: [UInt8])], stricter: Set<String> = [], milder: Set<String> = [])
        async throws
    {
        let theirs = try await Kubectl.read(cases.map(\.text))
        for (index, (name, text)) in cases.enumerated() {
            let ours = Self.ours(text)
            if stricter.contains(name) {
                #expect(ours == nil && theirs[index] != nil, "\(name) is no deviation any more")
            } else if milder.contains(name) {
                #expect(ours != nil && theirs[index] == nil, "\(name) is no deviation any more")
            } else if let ours {
                #expect(theirs[index].map(Self.normal) == Self.normal(ours), "\(name)")
            } else {
                #expect(theirs[index] == nil, "\(name): kubectl reads what we refuse")
            }
        }
    }

    /// The JSON text after one round, so that `1000.0` and `-0.0` of a JSON text are what kubectl prints of them.
    private static func normal(_ objects: [JSON]) -> [String] {
        objects.map { ((try? JSONParser.parse($0.text)) ?? .null).text }
    }

    @Test func `plain scalars`() async throws {
        try await compare(
            ScalarTests.plain.enumerated().map {
                ($1.text, Self.manifest($0, "data:\n  a: \($1.text)\n  b: [\($1.text)]\n"))
            }
        )
    }

    @Test func `tags and styles`() async throws {
        let stricter: Set = ["!!binary aGk=", "!!timestamp 2001-01-01", "!foo x", "!!set {a}", "!<x> [1]"]
        try await compare(
            ScalarTests.tagged.enumerated().map { ($1.text, Self.manifest($0, "a: \($1.text)\n")) },
            stricter: stricter
        )
    }

    @Test func `keys`() async throws {
        try await compare(ScalarTests.keys.enumerated().map { ($1.text, Self.manifest($0, "\($1.text): v\n")) })
    }

    /// Texts of one document each, as members of the manifest, so that what they say is printed.
    @Test func `documents`() async throws {
        let wholeFiles: Set = [
            "BOM", "BOM before separator", "separator with CRLF", "JSON", "JSON numbers", "JSON surrogates",
            "JSON stream",
        ]
        let cases = DocumentTests.readable.filter { !wholeFiles.contains($0.name) && $0.json.array?.count == 1 }
        let blocks = cases.filter {
            !$0.text.hasPrefix("{") && !$0.text.hasPrefix("-") && !$0.text.hasPrefix("\u{feff}")
        }
        try await compare(blocks.enumerated().map { ($1.name, Self.manifest($0, $1.text)) }, milder: ["escaped slash"])
    }

    @Test func `errors`() async throws {
        let stricter: Set = [
            "duplicate key", "duplicate after resolution", "duplicate number", "duplicate in flow",
            "text behind the end",
            "<< over a key above", "<< twice", "anchor on <<", "binary", "own tag", "own tag of a map", "set",
        ]
        // What cannot follow other keys is held against kubectl in `whole files`.
        let apart: Set = [
            "duplicate in JSON", "open JSON", "separator with a map", "template block", "UTF-16", "directive",
        ]
        let multiple: Set = ["alias of another document", "separator with text", "four dashes", "PEM at column 0"]
        let cases = DocumentTests.refused.filter { !apart.contains($0.name) && !multiple.contains($0.name) }
        try await compare(cases.enumerated().map { ($1.name, Self.manifest($0, $1.text)) }, stricter: stricter)
    }

    /// `NAME` stands for an object in flow style; each has its own name.
    private static let files: [(name: String, text: String)] = [
        ("flow YAML", "{apiVersion: v1, kind: ConfigMap, metadata: {name: NAME}}\n"), ("JSON", json("NAME")),
        ("JSON stream", json("NAME") + "\n" + json("NAME-b")),
        ("JSON with separators", json("NAME") + "\n---\n" + json("NAME-b") + "\n---\n"),
        ("JSON then YAML", json("NAME") + "\n---\n" + block("NAME-b")),
        ("YAML then JSON", block("NAME") + "---\n" + json("NAME-b")),
        ("separator then JSON", "---\n" + json("NAME")),
        (
            "JSON numbers",
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME"},"a":[1e3,1.0,-0,-0.0,12345678901234567890,1e21,1e-7,0.1]}"#
        ),
        (
            "JSON escapes",
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME"},"a":"\ud83d\ude00 \ud83d \u0041\/\b"}"#
        ),
        ("JSON with a trailing comma", #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME"},}"#),
        ("JSON with text behind", json("NAME") + "\nx: 1\n"),
        ("JSON duplicate", #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME"},"a":1,"a":2}"#),
        ("open JSON", #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME""#),
        ("BOM", "\u{feff}" + block("NAME")), ("BOM and separator", "\u{feff}---\n" + block("NAME")),
        ("BOM later", block("NAME") + "---\n\u{feff}" + block("NAME-b")),
        ("separators", "---\n---\n" + block("NAME") + "---\n# c\n---\n" + block("NAME-b") + "---"),
        ("comment behind separator", block("NAME") + "--- # c\n" + block("NAME-b")),
        ("comment at once behind separator", block("NAME") + "---#c\n" + block("NAME-b")),
        ("comment at once behind the first separator", "---#c\n" + block("NAME")),
        (
            "CRLF",
            "---\r\napiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: NAME\r\ndata:\r\n  a: |\r\n    x\r\n    y\r\n---\r\n"
                + block("NAME-b")
        ), ("null documents", "null\n---\n" + block("NAME") + "---\n~\n"),
        ("map behind separator", "--- {apiVersion: v1, kind: ConfigMap, metadata: {name: NAME}}\n"),
        ("directive", "%YAML 1.1\n---\n" + block("NAME")),
        ("tag directive", "%TAG ! tag:x,2000:\n---\n" + block("NAME")),
        ("end mark", block("NAME") + "...\n"),
        ("end mark and separator", block("NAME") + "...\n---\n" + block("NAME-b")),
        ("four dashes", "----\n" + block("NAME")),
        ("PEM at column 0", block("NAME") + "a: |\n-----BEGIN X-----\n"),
        ("indented separator", block("NAME") + "a: |\n  ---\n  x\n"),
        ("separator in quotes", block("NAME") + "a: 'x\n---\n'\n"),
        ("template", "{{ if x }}\n" + block("NAME")),
        ("tab", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: NAME\n"),
        ("leading tab in flow", "{\n\tapiVersion: v1, kind: ConfigMap, metadata: {name: NAME}}\n"),
        ("UTF-16", "\u{0}a: 1\n"), ("alias of another document", "a: &x 1\n" + block("NAME") + "---\nb: *x\n"),
        ("anchor over documents", "apiVersion: v1\nkind: ConfigMap\nmetadata: &x {name: NAME}\na: *x\n"),
    ]

    private static func block(_ name: String) -> String {
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name)}\n"
    }
    private static func json(_ name: String) -> String {
        #"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "\#(name)"}}"#
    }

    @Test func `whole files`() async throws {
        let cases = Self.files.enumerated().map { index, file in
            (file.name, Array(file.text.replacing("NAME", with: "case\(index)").utf8))
        }
        try await compare(
            cases,
            stricter: ["JSON duplicate"],
            milder: try await readsFlowYAML() ? [] : Self.newerOnly
        )
    }

    /// Texts that start with `{` and are not one JSON document: an older kubectl (1.32) refuses them, a newer one (1.36)
    /// reads them as YAML, and so do we.
    private static let newerOnly: Set = [
        "flow YAML", "JSON with separators", "JSON then YAML", "JSON with a trailing comma", "leading tab in flow",
    ]

    private func readsFlowYAML() async throws -> Bool {
        let text = Self.files[0].text.replacing("NAME", with: "case0")
        return try await !Kubectl.read([Array(text.utf8)]).isEmpty
    }
}
