// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// A list of status conditions, kept as the controllers keep it.
struct Conditions {
    /// The conditions as stored.
    private(set) var list: [JSON]
    private let now: String
    /// The name of the second time stamp, such as `lastUpdateTime` of deployments; nil for none.
    private let secondTime: String?

    init(of status: JSON?, now: ClusterTime, secondTime: String? = nil) {
        list = status?["conditions"]?.array ?? []
        self.now = now.text
        self.secondTime = secondTime
    }

    subscript(type: String) -> JSON? { list.first { $0["type"]?.string == type } }

    func isTrue(_ type: String) -> Bool { self[type]?["status"]?.string == "True" }

    /// Sets a condition. One with the same status and reason stays as it is; one with the same status keeps the time of its
    /// last transition. A changed condition moves to the end.
    mutating func set(_ type: String, _ status: String, reason: String = "", message: String = "") {
        let current = self[type]
        if let current, current["status"]?.string == status, (current["reason"]?.string ?? "") == reason { return }
        let isSame = current?["status"]?.string == status
        var condition: JSON = [
            "type": .string(type), "status": .string(status),
            "lastTransitionTime": isSame ? current?["lastTransitionTime"] ?? .string(now) : .string(now),
        ]
        if !reason.isEmpty { condition["reason"] = .string(reason) }
        if !message.isEmpty { condition["message"] = .string(message) }
        if let secondTime { condition[secondTime] = .string(now) }
        remove(type)
        list.append(condition)
    }

    /// Sets a condition in its place, and the message also when status and reason stay.
    mutating func update(_ type: String, _ status: String, reason: String = "", message: String = "") {
        guard let index = list.firstIndex(where: { $0["type"]?.string == type }) else {
            return set(type, status, reason: reason, message: message)
        }
        var condition = list[index]
        if condition["status"]?.string != status { condition["lastTransitionTime"] = .string(now) }
        condition["status"] = .string(status)
        condition["reason"] = reason.isEmpty ? nil : .string(reason)
        condition["message"] = message.isEmpty ? nil : .string(message)
        if condition != list[index], let secondTime { condition[secondTime] = .string(now) }
        list[index] = condition
    }

    /// Renews the second time stamp of a condition.
    mutating func touch(_ type: String) {
        guard let secondTime, let index = list.firstIndex(where: { $0["type"]?.string == type }) else { return }
        list[index][secondTime] = .string(now)
    }

    mutating func remove(_ type: String) { list.removeAll { $0["type"]?.string == type } }
}

extension JSON {
    /// Sets an integer member, or takes it away when it is zero, as fields with `omitempty` do.
    mutating func setCount(_ key: String, _ value: Int64) { self[key] = value == 0 ? nil : .int(value) }

    /// Sets the conditions, or takes an empty list away.
    mutating func setConditions(_ conditions: Conditions) {
        self["conditions"] = conditions.list.isEmpty ? nil : .array(conditions.list)
    }
}
