// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// In which wave an object is applied: lower numbers first, each healthy before the next one.
package enum WaveNumber {
    /// The annotations that give it, the first one counts: ours, and Argo CD's.
    package static let annotations = [WireName.wave, WireName.argoSyncWave]

    /// The number that a person gave; 0 when none or unreadable.
    package static func of(_ object: KubeObject) -> Int {
        annotations.lazy.compactMap { object.annotation($0) }.first.flatMap { Int($0) } ?? 0
    }
}
