// SPDX-License-Identifier: Apache-2.0
import Foundation

extension ClusterTime {
    /// The time of this machine's clock.
    package static var now: ClusterTime {
        ClusterTime(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded()))
    }
}
