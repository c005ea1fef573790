// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension KubeObject {
    /// Whether it is removed by the cluster once it has done its work (a Job with `ttlSecondsAfterFinished`): then its
    /// absence means that it is done, not that it was deleted.
    package var removesItself: Bool {
        gvk.groupKind == GroupKind(group: "batch", kind: "Job") && spec?["ttlSecondsAfterFinished"]?.int != nil
    }
}
