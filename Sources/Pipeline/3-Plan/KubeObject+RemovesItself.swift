// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension KubeObject {
    /// Whether it is removed by the cluster once it has done its work (a Job with `ttlSecondsAfterFinished`): then its absence
    /// says that it is done, not that somebody deleted it.
    package var removesItself: Bool {
        gvk.groupKind == GroupKind(group: "batch", kind: "Job") && spec?["ttlSecondsAfterFinished"]?.int != nil
    }
}
