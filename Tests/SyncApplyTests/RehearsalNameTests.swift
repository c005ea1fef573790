// SPDX-License-Identifier: Apache-2.0
import SyncApply
import Testing

/// The name under which a new object is tried.
struct RehearsalNameTests {
    @Test(arguments: [
        ("web", "web-sternpost-rehearsal"),
        (String(repeating: "a", count: 31) + ".b", String(repeating: "a", count: 31) + "-sternpost-rehearsal"),
        (String(repeating: "a", count: 60), String(repeating: "a", count: 32) + "-sternpost-rehearsal"),
        ("...", "sternpost-rehearsal"),
    ])
    func `it is valid for every kind, the one with the shortest names included`(name: String, expected: String) {
        #expect(RehearsalName.name(for: name) == expected)
        #expect(RehearsalName.name(for: name).utf8.count <= 52)
    }
}
