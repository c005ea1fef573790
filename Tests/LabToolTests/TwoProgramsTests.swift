// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

/// The binary that holds a cluster's credentials contains no API server and no fault injector.
@Suite(.timeLimit(.minutes(2)))
struct TwoProgramsTests {
    /// Whether a text stands anywhere in the file of an executable, names of symbols included.
    private func contains(_ program: String, _ text: String) throws -> Bool {
        let words = ["-q", "-a", "-F", "-e", text, try TestProducts.path(of: program)]
        let result = try runProgram("grep", words, package: "grep")
        guard result.status <= 1 else { throw MissingProgram(description: "grep failed: \(result.errors)") }
        return result.status == 0
    }

    /// Names as Swift's symbols have them, the length first: modules, the fault injector, the server. A type that
    /// shares a word with its module, as the store does, is abbreviated in symbols and cannot be looked for.
    @Test(arguments: [
        "15EmbeddedCluster", "12ClusterStore", "13ClusterSchema", "16ClusterAdmission", "18ClusterControllers",
        "11FaultScript", "12HTTPFrontEnd",
    ])
    func `sternpost has no symbol of the embedded cluster`(_ name: String) throws {
        let isInLab = try contains("sternpost-lab", name)
        #expect(isInLab, "the name is not in use: nothing is shown")
        let isInOperator = try contains("sternpost", name)
        #expect(!isInOperator)
    }
}
