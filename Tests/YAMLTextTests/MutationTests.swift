// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import TestKit
import Testing
import YAMLText

/// Thousands of broken texts: nothing crashes, nothing hangs, and what is read is read as kubectl reads it.
@Suite struct MutationTests {
    @Test(.timeLimit(.minutes(1)), arguments: [1, 2, 3, 4])
    func `any bytes give documents or errors with a place`(seed: UInt64) throws {
        var mutation = Mutation(seed: seed)
        var counts = (read: 0, refused: 0)
        for _ in 0..<1000 {
            let bytes = mutation.bytes()
            let reading = YAMLText.read(bytes)
            // YAML has more line breaks than LF.
            let lines = String(decoding: bytes, as: UTF8.self).count { $0.isNewline } + 2
            for error in reading.errors {
                #expect((1...lines).contains(error.line) && !error.problem.isEmpty && !error.remedy.isEmpty, "\(error)")
            }
            for document in reading.documents {
                #expect(document.line >= 1 && document.line <= lines)
                // Through JSON first: an integer beyond 64 bits is a double, and prints as the integer it stands for.
                let json = try JSONParser.parse(document.json.text)
                #expect(try YAMLText.single(YAMLText.emit(json)) == YAMLText.single(json.text), "\(json.text)")
            }
            if reading.errors.isEmpty { counts.read += 1 } else { counts.refused += 1 }
        }
        #expect(counts.read > 100 && counts.refused > 100, "the mutations say nothing: \(counts)")
    }

    @Test(.timeLimit(.minutes(1)))
    func `any bytes are JSON or an error with a place`() {
        var mutation = Mutation(seed: 5)
        for _ in 0..<2000 {
            let bytes = mutation.bytes()
            do throws(JSONError) {
                let json = try JSONParser.parse(bytes)
                #expect((try? JSONParser.parse(json.text))?.text == json.text)
            } catch {
                #expect(error.offset <= bytes.count && error.line >= 1)
            }
        }
    }

    /// Where we are stricter than kubectl on purpose; see `YAMLText`.
    private static let stricter = [
        "twice", "a tag", "the tag", "another value", "byte order mark", "unexpected ':'",
        "expected whitespace or line break",
    ]

    @Test(.enabled(if: Kubectl.isInstalled, "kubectl is not installed"), .timeLimit(.minutes(1)))
    func `broken texts read as kubectl reads them`() async throws {
        var mutation = Mutation(seed: 6)
        let texts = (0..<1000).map { index in
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: case\(index)\nz:\n\(mutation.text())"
        }
        let theirs = try await Kubectl.read(texts.map { Array($0.utf8) })
        var agreed = 0
        // Behind `---` and `...` our rules differ: all documents count, and nothing is dropped.
        for (index, text) in texts.enumerated() {
            // By scalars: for `contains`, CR LF is one character.
            let scalars = text.unicodeScalars
            if scalars.contains("\n---".unicodeScalars) || scalars.contains("\n...".unicodeScalars) { continue }
            let reading = YAMLText.read(Array(text.utf8))
            if reading.errors.isEmpty {
                if theirs[index] == nil, text.contains("\\/") { continue }
                #expect(theirs[index].map(Self.normal) == Self.normal(reading.documents.map(\.json)), "\(text)")
                agreed += 1
            } else if let theirs = theirs[index] {
                let errors = reading.errors.map(\.description).joined(separator: "\n")
                #expect(Self.stricter.contains { errors.contains($0) }, "\(errors)\n\(text)\n\(Self.normal(theirs))")
            }
        }
        #expect(agreed > 100)
    }

    private static func normal(_ objects: [JSON]) -> [String] {
        objects.map { ((try? JSONParser.parse($0.text)) ?? .null).text }
    }
}
