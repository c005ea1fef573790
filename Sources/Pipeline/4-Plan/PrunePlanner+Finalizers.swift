// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// Custom resources that are being deleted: only their controller can remove their finalizers.
extension PrunePlanner {
    /// While a custom resource waits for finalizers, what would be deleted after it stays: its controller may be among that,
    /// or what the controller needs. Namespaces and definitions have rules of their own, by what they hold; what owns one stays.
    func keepControllers(_ fates: inout [ObjectID: Fate]) {
        // Also one that asks to be kept, or is no longer ours: it is being deleted all the same.
        let waiting = fates.keys.filter { id in
            guard id.isCustomResource, let object = live.objects[id]?.whole else { return false }
            return object.deletionTimestamp != nil && !object.finalizers.isEmpty
        }
        .max(by: PrunePlanner.isRankedBelow)
        guard let waiting else { return }
        let owners = uidsAboveContainers
        for case (let id, .delete(let step)) in fates
        where !id.isContainer && (PrunePlanner.rank(id) < PrunePlanner.rank(waiting) || owners.contains(step.uid)) {
            fates[id] = .keep(PrunePlan.reasonToKeepController(of: waiting))
        }
    }
}
