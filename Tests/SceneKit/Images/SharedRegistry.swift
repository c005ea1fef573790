// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

/// One real registry for all tests of a suite: `@Suite(.sharedRegistry)`. Its images bear the tests' own names.
package struct SharedRegistry: SuiteTrait, TestScoping {
    /// The registry of the suite that runs.
    @TaskLocal package static var current: RegistryServer?

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing body: @Sendable () async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await RegistryServer.serving(in: folder) { registry in
                try await SharedRegistry.$current.withValue(registry) { try await body() }
            }
        }
    }
}

extension Trait where Self == SharedRegistry {
    /// One real registry for all tests of the suite.
    package static var sharedRegistry: Self { Self() }
}
