// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Custom resources that are being deleted: only their controller can remove their finalizers.
extension PrunePlanner {
    /// While a custom resource waits for finalizers, what would be deleted after it stays: its controller may be among that,
    /// or what the controller needs. Namespaces and definitions have rules of their own, by what they hold.
    func keepControllers(_ fates: inout [ObjectID: Fate]) {
        let waiting = fates.filter { id, fate in
            guard case .ending = fate, id.isCustomResource else { return false }
            return live.objects[id]?.whole?.finalizers.isEmpty == false
        }
        .keys.max(by: PrunePlanner.isRankedBelow)
        guard let waiting else { return }
        for case (let id, .delete) in fates
        where PrunePlanner.rank(id) < PrunePlanner.rank(waiting) && !PrunePlanner.isContainer(id) {
            fates[id] = .keep(PrunePlan.reasonToKeepController(of: waiting))
        }
    }
}
