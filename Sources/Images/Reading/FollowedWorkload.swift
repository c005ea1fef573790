// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry
import SyncPlan

/// One container whose image is followed: its tag may move, and a rollout is wanted when it does.
package struct FollowedContainer: Sendable, Hashable {
    /// When the node asks the registry what the tag points to.
    package enum PullPolicy: String, Sendable, Hashable {
        case always = "Always"
        case ifNotPresent = "IfNotPresent"
        case never = "Never"
    }

    package let name: String
    package let isInit: Bool
    /// The image exactly as git declares it.
    package let image: String
    /// The parsed image; it has a tag, never a digest.
    package let reference: ImageReference
    /// To which digest an undo has pinned it; nil when the cluster has the image of git.
    package let pin: ImageDigest?
    package let pullPolicy: PullPolicy
    /// The digest of its last rollout, as the pod template has it; nil before the first.
    package let recorded: ImageDigest?
}

/// One container whose image is not followed because its name cannot be read; the API server takes every text.
package struct UnnamedImage: Sendable, Hashable {
    package let container: String
    /// The image as the API server has it.
    package let image: String
    package let error: ImageReferenceError
}

/// A live workload of a project with the containers that are followed; read only.
package struct FollowedWorkload: Sendable {
    /// As the API server has it.
    package let object: KubeObject
    /// In the order of the template: init containers first.
    package let containers: [FollowedContainer]
    /// Containers that the project's rules would follow if the name of their image could be read, in the same order.
    package let unnamed: [UnnamedImage]
    package let state: RolloutState
    /// Whether a restart would start new pods by itself; else why not, for display.
    package let obstacle: String?

    package var id: ObjectID { object.id }

    /// Reads a live workload; nil when none of its images is followed, or would be if its name were valid.
    ///
    /// - Parameters:
    ///   - object: A Deployment, StatefulSet, DaemonSet or CronJob.
    ///   - policy: What the project follows.
    package init?(_ object: KubeObject, policy: ImagePolicy) {
        guard let path = PodTemplate.path(of: object.gvk.groupKind), object.deletionTimestamp == nil,
            let template = object.json[path]
        else { return nil }
        let state = RolloutState(of: object)
        let rule = FollowRule(object, policy: policy)
        var containers: [FollowedContainer] = []
        var unnamed: [UnnamedImage] = []
        for list in PodTemplate.containerLists {
            for json in template["spec"]?[list]?.array ?? [] {
                if let image = UnnamedImage(json), rule.follows(image) { unnamed.append(image) }
                guard
                    let container = FollowedContainer(
                        json,
                        isInit: list == "initContainers",
                        template: template,
                        state: state
                    ), rule.follows(container.reference)
                else { continue }
                containers.append(container)
            }
        }
        // What an undo has pinned is to be forgotten when git names an image that is not followed.
        guard
            !containers.isEmpty || !unnamed.isEmpty || state.phase != nil
                || state.containers.values.contains(where: { $0.pin != nil })
        else { return nil }
        self.object = object
        self.containers = containers
        self.unnamed = unnamed
        self.state = state
        obstacle = FollowedWorkload.obstacle(object)
    }

    /// The pod template.
    package var template: JSON {
        PodTemplate.path(of: object.gvk.groupKind).flatMap { object.json[$0] } ?? .object(JSONObject())
    }

    /// The image of a container as the API server has it, followed or not; nil when there is no such container.
    func liveImage(of container: String) -> String? {
        PodTemplate.containerLists.lazy.flatMap { template["spec"]?[$0]?.array ?? [] }
            .first { $0["name"]?.string == container }?["image"]?.string
    }

    /// How many pods are wanted; nil where the workload does not decide that.
    package var replicas: Int? {
        switch object.gvk.kind {
        case "Deployment", "StatefulSet": object.spec?["replicas"]?.int.map(Int.init) ?? 1
        default: nil
        }
    }

    private static func obstacle(_ object: KubeObject) -> String? {
        if object.spec?["paused"]?.bool == true { return "it is paused (spec.paused); resume it" }
        let strategy = object.spec?["updateStrategy"]?["type"]?.string
        if strategy == "OnDelete" { return "its update strategy is OnDelete: delete its pods, or change the strategy" }
        return nil
    }
}

extension UnnamedImage {
    /// Nil for a container whose image name is valid, and for one without an image.
    fileprivate init?(_ json: JSON) {
        guard let name = json["name"]?.string, let image = json["image"]?.string else { return nil }
        do throws(ImageReferenceError) {
            _ = try ImageReference(image)
            return nil
        } catch {
            self.init(container: name, image: image, error: error)
        }
    }
}

extension FollowedContainer {
    /// Nil for an image that is not followed: pinned by git, or with a name that is not valid.
    fileprivate init?(_ json: JSON, isInit: Bool, template: JSON, state: RolloutState) {
        guard let name = json["name"]?.string, let live = json["image"]?.string else { return nil }
        let known = state.containers[name]
        let pin = known?.pin.flatMap { ImageDigest($0) }
        let isPinned = known.map { known in pin.map { ImagePins.pinned(known.image, to: "\($0)") == live } ?? false }
        let image = isPinned == true ? known?.image ?? live : live
        guard let reference = try? ImageReference(image), reference.digest == nil, let tag = reference.tag else {
            return nil
        }
        self.name = name
        self.isInit = isInit
        self.image = image
        self.reference = reference
        self.pin = isPinned == true ? pin : nil
        // The API server fills in the policy; without it the kubelet's rule applies.
        pullPolicy =
            json["imagePullPolicy"]?.string.flatMap(PullPolicy.init) ?? (tag == "latest" ? .always : .ifNotPresent)
        let key = RolloutState.digestPrefix + name
        recorded = template["metadata"]?["annotations"]?[key]?.string.flatMap { ImageDigest($0) }
    }
}
