// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// The one patch with which a rollout begins, is taken back, or is concluded. It holds for exactly the resourceVersion
/// that was read, so that no later change is overwritten.
enum RolloutPatch {
    /// A strategic merge patch.
    ///
    /// - Parameters:
    ///   - workload: As it was read.
    ///   - action: What is to be done.
    /// - Returns: The patch's body; for a conclusion it touches nothing but the workload's own annotation.
    static func body(for workload: FollowedWorkload, _ action: RolloutAction) -> JSON {
        let state: RolloutState
        var changes: [ImageChange] = []
        switch action {
        case .restart(let list, let next): (changes, state) = (list, next)
        case .undo(let list, let next, _): (changes, state) = (list, next)
        case .conclude(let next, _), .tidy(let next): state = next
        }
        var body: JSON = [
            "metadata": [
                "resourceVersion": .string(workload.object.resourceVersion ?? ""),
                "annotations": [RolloutState.annotation: .string(state.text)],
            ]
        ]
        guard !changes.isEmpty, let template = PodTemplate.path(of: workload.id.groupKind) else { return body }
        var annotations: JSON = [RolloutState.restartedAt: .string(state.startedAt ?? "")]
        for change in changes {
            annotations[RolloutState.digestPrefix + change.container] = .string("\(change.to)")
        }
        body[template + ["metadata", "annotations"]] = annotations
        for list in PodTemplate.containerLists {
            let images = images(of: list, in: workload, state, template)
            if !images.isEmpty { body[template + ["spec", list]] = .array(images) }
        }
        return body
    }

    /// The containers of one list whose image the patch sets: those that are pinned now, or are not any more.
    private static func images(
        of list: String,
        in workload: FollowedWorkload,
        _ state: RolloutState,
        _ template: [String]
    ) -> [JSON] {
        (workload.object.json[template + ["spec", list]]?.array ?? []).compactMap { json in
            guard let name = json["name"]?.string,
                let container = workload.containers.first(where: { $0.name == name })
            else { return nil }
            let pin = state.containers[name]?.pin
            let wanted = pin.map { ImagePins.pinned(container.image, to: $0) } ?? container.image
            guard json["image"]?.string != wanted else { return nil }
            return ["name": .string(name), "image": .string(wanted)]
        }
    }
}
