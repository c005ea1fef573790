// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// Objects that ask to be kept and use other members.
extension PrunePlanner {
    /// What asks to be kept stays a member while it names one: every pass reads it, and keeps what it names also when that
    /// leaves git later. The same through others of its like, so that they leave together.
    func keepUsers(_ fates: inout [ObjectID: Fate]) {
        var namers: [ObjectID: [ObjectID]] = [:]
        for case (let id, .spare(_, isMember: false)) in fates {
            for named in live.objects[id]?.whole.map(References.named) ?? [] { namers[named, default: []].append(id) }
        }
        guard !namers.isEmpty else { return }
        var used = namers.keys.filter { id in
            declared.contains(id) || foundAgain.contains(id)
                || inventory.members[id] != nil && fates[id]?.isMember != false
        }.sorted()
        var next = 0
        while next < used.count {
            let named = used[next]
            next += 1
            for user in namers[named]?.sorted() ?? [] {
                guard case .spare(let reason, isMember: false) = fates[user] else { continue }
                fates[user] = .spare("\(reason), and names \(named)", isMember: true)
                used.append(user)
            }
        }
    }
}
