// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// What image rollouts remember of a workload. It is stored on the workload itself, as the annotation ``annotation``,
/// so that it survives the loss of all other state and is deleted with the object.
///
/// Digests are `sha256:…` or `sha512:…` texts. Reading never fails: what cannot be parsed counts as absent.
package struct RolloutState: Sendable, Hashable {
    /// The annotation's key, on the workload's own metadata: changing it starts no pod.
    package static let annotation = WireName.rollout
    /// The prefix of the pod template's annotations, one for each container, that name the digest of its last rollout.
    package static let digestPrefix = WireName.digestPrefix
    /// What `kubectl rollout restart` writes into a pod template.
    package static let restartedAt = WireName.restartedAt
    /// The most digests that are kept in quarantine for one container; the oldest leave first.
    package static let maxBad = 10

    /// What is known of one container's image.
    package struct Container: Sendable, Hashable {
        /// The image exactly as git declares it; the rest holds for this text only.
        package var image: String
        /// The last digest with which the workload was healthy.
        package var good: String?
        /// What the rollout under way brings; nil when none is under way for this container.
        package var trying: String?
        /// To which digest the container is pinned since an undo; nil when it is not. Plans read it as ``ImagePins``.
        package var pin: String?
        /// Digests that failed and are not tried again, oldest first.
        package var bad: [String] = []
        /// The person's order that was the newest when a digest failed, or that released one: it releases no further
        /// digest. Empty when there was none; nil when that is not known.
        package var heard: String?
        /// How the last rollout ended; nil before the first one did.
        package var last: Ending?

        package init(image: String) { self.image = image }
    }

    /// How a rollout ended.
    package struct Ending: Sendable, Hashable {
        package var from: String?
        package var to: String
        /// RFC 3339.
        package var at: String
        /// `completed`, `undone` or `failed`.
        package var result: String

        package init(from: String?, to: String, at: String, result: String) {
            self.from = from
            self.to = to
            self.at = at
            self.result = result
        }
    }

    /// What a rollout that is under way does.
    package enum Phase: String, Sendable, Hashable {
        /// It brings new digests.
        case rolling
        /// It brings the last good ones back.
        case undoing
    }

    /// By container name.
    package var containers: [String: Container] = [:]
    /// Nil while no rollout is under way.
    package var phase: Phase?
    /// When the last rollout began, RFC 3339; nil before the first.
    package var startedAt: String?

    package init() {}

    /// Puts a digest into quarantine.
    package mutating func quarantine(_ digest: String, of container: String) {
        guard var bad = containers[container]?.bad else { return }
        bad.removeAll { $0 == digest }
        bad.append(digest)
        containers[container]?.bad = Array(bad.suffix(RolloutState.maxBad))
    }
}

extension RolloutState {
    /// Reads the annotation of a live workload; empty when it has none.
    package init(of workload: KubeObject) {
        guard let json = ImagePins.note(on: workload) else { return }
        phase = json["phase"]?.string.flatMap(Phase.init)
        startedAt = json["startedAt"]?.string
        for member in json["containers"]?.object ?? JSONObject() {
            guard let image = member.value["image"]?.string else { continue }
            var container = Container(image: image)
            container.good = ImagePins.digest(member.value["good"])
            container.trying = ImagePins.digest(member.value["trying"])
            container.pin = ImagePins.digest(member.value["pin"])
            container.bad = (member.value["bad"]?.array ?? []).compactMap { ImagePins.digest($0) }
            container.bad = Array(container.bad.suffix(RolloutState.maxBad))
            container.heard = member.value["heard"]?.string
            container.last = Ending(member.value["last"])
            containers[member.key] = container
        }
        if !containers.values.contains(where: { $0.trying != nil }) { phase = nil }
    }

    /// The annotation's value: compact JSON, keys in order.
    package var text: String {
        var all = JSONObject()
        for (name, container) in containers { all[name] = container.json }
        var json: JSON = ["containers": .object(all)]
        if let phase { json["phase"] = .string(phase.rawValue) }
        if let startedAt { json["startedAt"] = .string(startedAt) }
        return String(decoding: json.serialized(), as: UTF8.self)
    }
}

extension RolloutState.Container {
    fileprivate var json: JSON {
        var json: JSON = ["image": .string(image)]
        if let good { json["good"] = .string(good) }
        if let trying { json["trying"] = .string(trying) }
        if let pin { json["pin"] = .string(pin) }
        if !bad.isEmpty { json["bad"] = .array(bad.map { .string($0) }) }
        if let heard { json["heard"] = .string(heard) }
        if let last {
            var ending: JSON = ["to": .string(last.to), "at": .string(last.at), "result": .string(last.result)]
            if let from = last.from { ending["from"] = .string(from) }
            json["last"] = ending
        }
        return json
    }
}

extension RolloutState.Ending {
    fileprivate init?(_ json: JSON?) {
        guard let to = json?["to"]?.string, let at = json?["at"]?.string, let result = json?["result"]?.string else {
            return nil
        }
        self.init(from: json?["from"]?.string, to: to, at: at, result: result)
    }
}
