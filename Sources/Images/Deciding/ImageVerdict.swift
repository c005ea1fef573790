// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry
import SyncPlan

/// How one container stands against its image's tag, in one word; the `state` of `images -o json`.
package enum ImageState: String, Sendable, Hashable, Codable {
    /// The pods run what the tag points to, or a rollout has brought it.
    case current
    /// A rollout is under way.
    case rolling
    /// A rollout that failed is being taken back.
    case undoing
    /// The tag has a new digest, and its rollout waits: for a window, for its turn, or for a second poll that confirms
    /// the digest.
    case waiting
    /// A person has stopped its rollouts.
    case held
    /// The tag points to a digest that has failed here; the last good one runs.
    case quarantined
    /// The last good digest runs by name, and the tag points to it again.
    case pinned
    /// The tag has a new digest, and a restart would not pull it.
    case blocked
    /// The registry has no such tag or repository any more.
    case missing
    /// The registry, the pods or the name of the image cannot be read.
    case unreadable
    /// No pod runs.
    case idle
    /// Not asked yet.
    case unknown
}

/// One container, and how it stands.
package struct ContainerVerdict: Sendable, Hashable {
    package let container: FollowedContainer
    package let state: ImageState
    /// One line that says why and what to do, not redacted yet; empty where the state needs no explanation.
    package let detail: String
    /// What the pods run, ascending.
    package let running: [ImageDigest]
    /// What the tag points to; nil while that is not known.
    package let registry: ImageDigest?
}

/// The change of one container's image.
package struct ImageChange: Sendable, Hashable {
    package let container: String
    /// The image as git has it.
    package let image: String
    package let reference: ImageReference
    /// What ran before; nil when that is not known for sure.
    package let from: ImageDigest?
    package let to: ImageDigest
    package let provenance: ImageProvenance

    /// `web: nginx:latest 0123456789ab → ba9876543210`.
    package var text: String {
        "\(container): \(image) \(from?.shortText ?? "?") → \(to.shortText)"
    }
}

extension ImageChange {
    /// The change of a container that is followed.
    init(
        of container: FollowedContainer,
        from: ImageDigest?,
        to: ImageDigest,
        provenance: ImageProvenance = ImageProvenance()
    ) {
        self.init(
            container: container.name,
            image: container.image,
            reference: container.reference,
            from: from,
            to: to,
            provenance: provenance
        )
    }

    /// The change that takes this one back.
    func takenBack(to good: ImageDigest) -> ImageChange {
        ImageChange(
            container: container,
            image: image,
            reference: reference,
            from: to,
            to: good,
            provenance: ImageProvenance()
        )
    }
}

/// What is to be done with a workload now.
package enum RolloutAction: Sendable, Hashable {
    /// Start new pods, because tags point to new digests. `state` is what the workload remembers then.
    case restart([ImageChange], state: RolloutState)
    /// Take a rollout back that failed.
    case undo([ImageChange], state: RolloutState, reason: String)
    /// Write down that a rollout has ended; starts no pod.
    case conclude(state: RolloutState, ending: RolloutEnding)
    /// Forget what no longer applies because git has changed; starts no pod.
    case tidy(state: RolloutState)
}

/// One workload: how its containers stand, and what is to be done.
package struct WorkloadVerdict: Sendable {
    package let workload: FollowedWorkload
    package let containers: [ContainerVerdict]
    package let action: RolloutAction?
}

extension WorkloadVerdict {
    /// Whether a rollout is under way, or was just begun or taken back.
    var isUnderWay: Bool {
        switch action {
        case .conclude: return false
        case .undo, .restart: return true
        case .tidy, nil: return workload.state.phase != nil || containers.contains { $0.state == .rolling }
        }
    }

    /// The same, with a rollout that waits; the text says for what.
    func waiting(_ text: String) -> WorkloadVerdict {
        let containers = containers.map { $0.state == .waiting ? $0.with(.waiting, text) : $0 }
        return WorkloadVerdict(workload: workload, containers: containers, action: nil)
    }

    /// The same, with a rollout that has just begun.
    func rolling(_ changes: [ImageChange]) -> WorkloadVerdict {
        let containers = containers.map { verdict in
            changes.contains { $0.container == verdict.container.name } ? verdict.with(.rolling, "just begun") : verdict
        }
        return WorkloadVerdict(workload: workload, containers: containers, action: nil)
    }

    /// The same without its rollout, which would bring the same images under another name.
    func equivalent(_ changes: [ImageChange]) -> WorkloadVerdict {
        let text = "the tag's index is another one, and holds the same images"
        let containers = containers.map { verdict in
            changes.contains { $0.container == verdict.container.name } ? verdict.with(.current, text) : verdict
        }
        return WorkloadVerdict(workload: workload, containers: containers, action: nil)
    }
}

extension ContainerVerdict {
    /// The same container in another state.
    fileprivate func with(_ state: ImageState, _ detail: String) -> ContainerVerdict {
        ContainerVerdict(container: container, state: state, detail: detail, running: running, registry: registry)
    }
}
