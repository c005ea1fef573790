// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import TestKit

extension FaultAction {
    /// It is carried out once the test opens the gate.
    static func waits(for gate: Gate) -> FaultAction {
        .meanwhile { try await eventually("the test lets it go on", within: .seconds(120)) { gate.isOpen } }
    }
}
