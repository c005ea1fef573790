// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

extension Step {
    /// Whether carrying the step out first moves or clears fields that a refusal may come from: fields of people's kubectl
    /// that become ours, or a default that nobody owns. A dry-run of the apply alone cannot know of that.
    package func clearsTheWay(of refusal: KubeError) -> Bool {
        guard refusal.reason == .invalid, let live, !SyncAnnotation.forbidsForce(object) else { return false }
        return OwnershipTakeover(for: live, applying: object, adopts: cause == .adoption) != nil
            || OutlivedDefaults(refusal, live: live, applying: object) != nil
    }
}
