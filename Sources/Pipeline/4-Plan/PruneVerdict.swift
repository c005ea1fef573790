// SPDX-License-Identifier: Apache-2.0
import Crypto
import KubeObjects
import PlainText
import SyncLook
import SyncSource

/// Whether the deletions of a plan may be carried out, all of them together.
struct PruneVerdict {
    /// How many names a reason shows, and how many reasons a verdict gives.
    private static let maxNames = 50

    let planner: PrunePlanner
    let steps: [PruneStep]
    let doubts: [ObjectID: Inventory.Doubt]
    let along: [GoingAlong]
    /// Owners of which it is not known what owns them: what would be deleted may.
    let gaps: StayingObjects.Gaps
    /// Owners of what would leave the inventory that nobody has looked for.
    let unfollowed: [OwnerLink]
    /// How many members more will go without a new commit, once what they wait for is gone or can be read.
    let waiting: Int
    /// Of how many members the limits are taken.
    let base: Int
    /// How many there are now.
    let present: Int

    var verdict: PrunePlan.Verdict {
        guard planner.policy.prune.isEnabled else { return .disabled }
        if let first { return .blocked(reasons: first) }
        if !ownerDoubts.isEmpty { return .blocked(reasons: Self.bounded(ownerDoubts)) }
        let reasons = holdReasons
        return reasons.isEmpty ? .allowed : .held(reasons: reasons, approvalHash: approvalHash)
    }

    /// Whether the steps may run, at once or after approval, as far as it does not matter who owns what.
    var mayRunOnceKnown: Bool { planner.policy.prune.isEnabled && first == nil }

    /// Whether it matters which Namespaces and definitions others own, and nobody has looked.
    var asksForOwnedContainers: Bool {
        guard mayRunOnceKnown, case .unasked = planner.live.ownedContainers else { return false }
        return mayTakeContainers
    }

    /// Namespaces and definitions that would go and were not looked through. Ascending.
    var containers: [ObjectID] {
        guard mayRunOnceKnown else { return [] }
        return along.map(\.container).filter {
            planner.live.contents[$0] == nil && !planner.live.askedContainers.contains($0)
        }.sorted()
    }

    /// Owners that have to be looked for. None while nothing may be deleted, and nothing leaves, for other reasons.
    var openOwners: [OwnerLink] {
        guard planner.policy.prune.isEnabled else { return unfollowed }
        guard first == nil else { return [] }
        let above = steps.isEmpty ? [] : gaps.aboveStaying + (steps.count > 1 ? gaps.aboveSteps : [])
        let open = unfollowed + above.filter { planner.graph.ancestor($0.owner) == nil }
        // They may be many and count for themselves: too many of them hold a prune and do not block it.
        guard open.isEmpty, mayTakeContainers else { return open }
        return gaps.aboveContainers.filter { planner.graph.ancestor($0.owner) == nil }
    }

    /// Whether one of the steps may own a Namespace or a definition.
    private var mayTakeContainers: Bool { steps.contains(where: \.id.namespace.isEmpty) }

    /// Why what would be deleted may own what stays. One object alone is above nothing else that would be deleted.
    private var ownerDoubts: [String] {
        guard !steps.isEmpty else { return [] }
        var texts = gaps.aboveStaying.map { "what would be deleted may own what stays: \(planner.reasonToDoubt($0))" }
        guard steps.count > 1 else { return texts.sorted() }
        texts += gaps.aboveSteps.map {
            "what would be deleted may own what cannot be deleted in the end: \(planner.reasonToDoubt($0))"
        }
        return texts.sorted()
    }

    /// What blocks whoever owns what.
    private var first: [String]? {
        let partial = partialKnowledge
        if !partial.isEmpty { return Self.bounded(partial) }
        return steps.isEmpty ? nil : culprit.map { [$0] }
    }

    private static func bounded(_ reasons: [String]) -> [String] {
        guard reasons.count > maxNames else { return reasons }
        return reasons.prefix(maxNames) + ["and \(reasons.count - maxNames) more"]
    }

    private var partialKnowledge: [String] {
        let live = planner.live
        var partial = planner.refused.filter(\.reason.isPartialKnowledge).map(\.line)
        partial += live.unreadable.sorted { $0.key < $1.key }.map { kind, reason in
            let unseen = planner.inventory.unseenKinds.contains(kind) ? unseenRemedy : ""
            return "\(kind) could not be listed: \(reason)\(unseen)"
        }
        let kinds = planner.inventory.members.keys.map(\.group) + planner.inventory.unseenKinds.map(\.group)
        for group in Set(kinds).sorted() {
            guard let reason = live.catalog.unavailableGroups[group] else { continue }
            partial.append("the API group \(group) did not answer: \(reason)")
        }
        return partial
    }

    private var unseenRemedy: String {
        "; nobody has looked through it since the inventory \(planner.inventory.applySet.parent) was lost: allow it to be"
            + " listed, or take it out of that Secret's annotation \(ApplySet.groupKindsAnnotation) if nothing of this kind"
            + " is this project's"
    }

    /// The first declared object that is not as the commit wants it, opt-outs apart: the old state may still need what
    /// would be deleted, or what would be deleted is what it replaces.
    private var culprit: String? {
        let undone = planner.refused.filter(\.reason.isShortfall)
        if let first = undone.min(by: { $0.origin < $1.origin }) {
            let more = undone.count > 1 ? " (and \(undone.count - 1) more)" : ""
            return
                "\(first.origin): \(first.id) could not be applied\(more), and may need or replace what would be deleted:"
                + " \(first.message)"
        }
        guard let drifted = planner.reportedDrift.min(by: { $0.id < $1.id }) else { return nil }
        return
            "\(drifted.origin): \(drifted.id) is not as git declares it, which is only reported, and may need what would"
            + " be deleted"
    }

    private var holdReasons: [String] {
        var reasons: [String] = []
        if let reason = otherSource { reasons.append(reason) }
        reasons += doubtReasons
        let prune = planner.policy.prune
        let limit = prune.limit(inventoryCount: base)
        // Else a large removal went in instalments, each of which the limit allows.
        let removed = steps.count + waiting
        if !steps.isEmpty, removed > limit {
            let later = waiting > 0 ? ", \(waiting) of them once what they wait for is gone" : ""
            let others =
                base < present
                ? "; of the \(present) there are now, only as many count as there were without what came since" : ""
            reasons.append(
                "\(removed) of \(base) objects would be deleted\(later); without approval at most \(limit)"
                    + " (the larger of \(prune.maxObjects) objects and \(prune.maxPercent)%)\(others)"
            )
        }
        let protected = steps.filter { KindOrder.protected.contains($0.id.groupKind) || $0.takesClaimsAlong }
        if !protected.isEmpty {
            reasons.append("deleting \(Self.names(protected.map(\.id), 5)) takes data or other objects with it")
        }
        return reasons + along.compactMap(Self.text) + containerDoubts
    }

    /// Why it is not known whether Namespaces or definitions go along that one of the steps may own.
    private var containerDoubts: [String] {
        guard mayTakeContainers else { return [] }
        var texts = unknownOwners.compactMap { _, links in
            links.min { $0.owned < $1.owned }.map { first in
                let others = links.count > 1 ? " and others" : ""
                return "what would be deleted may take \(first.owned)\(others) along: \(planner.reasonToDoubt(first))"
            }
        }
        switch planner.live.ownedContainers {
        case .unasked: texts.append("nobody has looked whether what would be deleted owns Namespaces or definitions")
        case .read(_, let unread):
            texts += unread.map { "what would be deleted may own a \($0), and these could not be listed: \($1)" }
        }
        return Self.bounded(texts.sorted())
    }

    /// By kind, what may own Namespaces and definitions, and is not known.
    private var unknownOwners: [GroupKind: [OwnerLink]] {
        Dictionary(grouping: gaps.aboveContainers, by: \.owner.id.groupKind)
    }

    /// What an approval is of besides, where one of the steps may own Namespaces and definitions: what is not known of these.
    private var unknownContainers: [String] {
        guard mayTakeContainers else { return [] }
        var unread: [GroupKind: String] = [:]
        if case .read(_, let kinds) = planner.live.ownedContainers { unread = kinds }
        return unread.keys.map { "\($0) not listed" }
            + planner.unknownAboveContainers.flatMap { uid, owners in
                owners.map { "\(uid) perhaps owned through \($0.id) \($0.uid)" }
            }
    }

    private var otherSource: String? {
        let source = planner.policy.source
        let others = Set(steps.compactMap { planner.inventory.members[$0.id]?.source }).subtracting(["", source])
        guard !others.isEmpty else { return nil }
        return
            "the objects came from \(others.sorted().joined(separator: ", ")), and this sync reads \(source); approve if"
            + " the repository moved, or give this one a project name of its own"
    }

    private var doubtReasons: [String] {
        let ids = steps.map(\.id)
        var reasons: [String] = []
        if let first = ids.first(where: { doubts[$0] == .lost }) {
            let count = ids.count { doubts[$0] == .lost }
            reasons.append(
                "the inventory \(planner.inventory.applySet.parent) was lost and has been made again from labels and field"
                    + " managers, and since then nobody has confirmed that \(count) of the objects, \(first) among them,"
                    + " are to go; approve if the list is right"
            )
        }
        if let first = ids.first(where: { doubts[$0] == .rewound }) {
            let tag = planner.policy.rewoundFrom.map { "the version tag \($0)" } ?? "a newer version tag"
            reasons.append(
                "\(tag) is gone, and \(planner.commit.ref) is older: it does not declare \(first) and perhaps others, which"
                    + " the newer one brought; approve if that version was taken back on purpose"
            )
        }
        return reasons
    }

    private static func text(_ along: GoingAlong) -> String? {
        let place = along.container.groupKind == GroupKind.namespace ? "in it" : "of the kind that it defines"
        var parts: [String] =
            along.owners.first.map { first in
                let how = first.groupKind == .customResourceDefinition ? "whose objects own it" : "which owns it"
                return ["\(along.container) goes along with \(first), \(how)"]
            } ?? []
        guard let notLookedAt = along.contents?.notLookedAt else {
            parts.append("what else is \(place) goes along with \(along.container), and was not looked at")
            return parts.joined(separator: "; ")
        }
        if !along.objects.isEmpty {
            parts.append(
                "\(along.container) takes along \(along.objects.count.counted("object")) not in the list:"
                    + " \(names(along.objects.map(\.id), maxNames))"
            )
        }
        if !notLookedAt.isEmpty {
            let kinds = notLookedAt.keys.sorted().prefix(5).map(\.description).joined(separator: ", ")
            let more = notLookedAt.count > 5 ? " and \((notLookedAt.count - 5).counted("more kind"))" : ""
            let first = notLookedAt.min { $0.key < $1.key }?.value ?? ""
            parts.append("\(along.container) was not looked through for \(kinds)\(more): \(first)")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static func names(_ ids: [ObjectID], _ limit: Int) -> String {
        let shown = ids.prefix(limit).map(\.description).joined(separator: ", ")
        return ids.count > limit ? "\(shown) and \(ids.count - limit) more" : shown
    }

    /// The hash of exactly this commit, these incarnations, what is known to be deleted along, and what is not known,
    /// so that an approval of it allows nothing else.
    private var approvalHash: String {
        let lines = steps.map { "\($0.id) \($0.uid)" }.sorted()
        let more = along.flatMap { along -> [String] in
            let unseen = along.contents?.notLookedAt.keys.sorted().map {
                "\(along.container) not looked through for \($0)"
            }
            let owners = along.owners.map { "\(along.container) \(along.uid) goes along with \($0)" }
            return owners + along.objects.map { "\(along.container) takes \($0.id) \($0.uid ?? "")" }
                + (unseen ?? ["\(along.container) not looked into"])
        }.sorted()
        let text = ([planner.commit.id] + lines + (more + unknownContainers).sorted()).joined(separator: "\n")
        return SHA256.hash(data: Array(text.utf8)).hexadecimal
    }
}
