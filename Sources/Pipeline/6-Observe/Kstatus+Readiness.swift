// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply

extension Kstatus {
    /// Whether an applied object is ready for what comes after it: the `readiness` of an ``Applier``.
    package static func readiness(of object: KubeObject) -> Readiness {
        let verdict = status(of: object)
        switch verdict.status {
        case .current: return .ready
        case .inProgress, .unknown: return .waiting(verdict.message)
        case .failed, .notFound, .terminating: return .failed(verdict.message)
        }
    }
}
