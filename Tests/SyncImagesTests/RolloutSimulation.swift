// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncPlan
import SyncRecord

@testable import SyncImages

/// One Deployment in a cluster of a few lines: patches change it as an API server would, its pods pull what its template
/// names, and those with a bad image fail. No process memory but the sightings, which can be lost.
struct RolloutSimulation {
    var policy = ImagePolicy()
    var now = ImageFixture.noon
    /// By image as git has it, what the tag points to.
    var tags: [String: ImageDigest]
    /// Digests with which a container fails.
    var bad: Set<ImageDigest> = []
    var order: ImageOrder?
    private(set) var object: KubeObject
    private(set) var sightings: [ImageReference: TagSighting] = [:]
    /// By container, what the pods run.
    private(set) var running: [String: ImageDigest] = [:]
    /// Every restart and undo so far.
    private(set) var starts: [RolloutAction] = []

    /// Containers are `name=image`.
    init(_ containers: [String] = ["web=nginx:latest"], tags: [String: ImageDigest]) throws {
        self.tags = tags
        object = try ImageFixture.object(containers)
        pull()
    }

    var workload: FollowedWorkload? { FollowedWorkload(object, policy: policy) }
    var state: RolloutState { RolloutState(of: object) }
    var isFailing: Bool { running.values.contains { bad.contains($0) } }

    /// New pods pull what the template names now.
    private mutating func pull() {
        running = [:]
        for container in object.json[["spec", "template", "spec", "containers"]]?.array ?? [] {
            guard let name = container["name"]?.string, let image = container["image"]?.string,
                let reference = try? ImageReference(image)
            else { continue }
            running[name] = reference.digest ?? tags[image]
        }
        report()
    }

    /// The controller tells how the pods are.
    mutating func report() {
        object.json["status"] = ImageFixture.health(
            "Deployment",
            isWell: !isFailing,
            generation: object.generation ?? 0
        )
    }

    /// Polls all tags; a registry that cannot be reached says nothing new.
    mutating func poll(isReachable: Bool = true) throws {
        for (image, digest) in tags {
            let reference = try ImageReference(image)
            let result: Result<TagReading, RegistryError> =
                isReachable
                ? .success(try ImageFixture.reading(digest, image))
                : .failure(RegistryError(reason: .unreachable, message: "no connection"))
            if sightings[reference] == nil {
                sightings[reference] = TagSighting(result, at: now)
            } else {
                sightings[reference]?.see(result, at: now)
            }
        }
    }

    /// The process dies, and with it what it has seen.
    mutating func forget() { sightings = [:] }

    /// Makes one round: reads, decides, and carries out.
    @discardableResult
    mutating func look() throws -> WorkloadVerdict? {
        guard let workload else { return nil }
        var known = RolloutPlanner.Knowledge(
            pods: [try ImageFixture.pod(running)],
            sightings: sightings,
            order: order
        )
        if workload.state.phase != nil {
            let guilty = running.filter { bad.contains($0.value) }.keys
            known.progress = isFailing ? .failed("crash loop", culprits: Set(guilty)) : .complete
        }
        let verdict = RolloutPlanner(policy: policy, now: now).verdict(on: workload, known)
        if let action = verdict.action { try perform(action, on: workload) }
        return verdict
    }

    /// Polls and looks as the operator would, `times` times, an interval apart.
    mutating func live(_ times: Int) throws {
        for _ in 0..<times {
            now += 61
            try poll()
            try look()
        }
    }

    private mutating func perform(_ action: RolloutAction, on workload: FollowedWorkload) throws {
        switch action {
        case .restart, .undo: starts.append(action)
        case .conclude, .tidy: break
        }
        try merge(RolloutPatch.body(for: workload, action))
    }

    /// A person or git changes the object.
    mutating func edit(_ change: (inout JSON) -> Void) throws {
        var json = object.json
        change(&json)
        try replace(json)
    }

    /// Git says another image for the first container.
    mutating func commit(image: String) throws {
        try edit { json in
            var list = json[["spec", "template", "spec", "containers"]]?.array ?? []
            list[0]["image"] = .string(image)
            json[["spec", "template", "spec", "containers"]] = .array(list)
        }
    }

    private mutating func merge(_ patch: JSON) throws {
        try replace(RolloutSimulation.merged(object.json, patch))
    }

    private mutating func replace(_ json: JSON) throws {
        var json = json
        let isNew = json[["spec", "template"]] != object.json[["spec", "template"]]
        json[["metadata", "resourceVersion"]] = .string("\((Int(object.resourceVersion ?? "") ?? 0) + 1)")
        if isNew { json[["metadata", "generation"]] = .int((object.generation ?? 0) + 1) }
        object = try KubeObject(json)
        if isNew { pull() }
    }

    /// A strategic merge, as far as rollouts need it: lists of containers by name.
    static func merged(_ json: JSON, _ patch: JSON) -> JSON {
        if let members = patch.object {
            var result = json
            for member in members { result[member.key] = merged(json[member.key] ?? nil, member.value) }
            return result
        }
        guard let items = patch.array, var list = json.array else { return patch }
        for item in items {
            if let index = list.firstIndex(where: { $0["name"] == item["name"] }) {
                list[index] = merged(list[index], item)
            } else {
                list.append(item)
            }
        }
        return .array(list)
    }
}
