// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import GitStore

/// The same failure of libgit2 has the same words each time.
@Suite struct FailureNameTests {
    @Test(arguments: [
        (
            "failed to write to '/m/pack_git2_f946819c72217626': No space",
            "failed to write to '/m/pack_git2_…': No space"
        ),
        ("pack_git2_a1b2c3", "pack_git2_…"), ("pack_git2_", "pack_git2_"), ("pack_git2_x/y", "pack_git2_x/y"),
        ("no such file", "no such file"),
    ])
    func `the random part of a temporary file's name is left out`(message: String, named: String) {
        #expect(LibGit2.named(message) == named)
    }
}
