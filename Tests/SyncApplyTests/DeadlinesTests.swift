// SPDX-License-Identifier: Apache-2.0
import SyncApply
import Testing

/// Nothing that is deleted is waited for longer than the project waits.
@Suite struct DeadlinesTests {
    @Test(arguments: [(0, 60), (5, 5), (45, 45), (600, 60)])
    func `the wait for what is deleted ends at the timeout`(timeout: Int, gone: Int) {
        let deadlines = Applier.Deadlines().within(.seconds(timeout))
        #expect(deadlines.gone == .seconds(gone))
        #expect(deadlines.readiness == Applier.Deadlines().readiness)
    }
}
