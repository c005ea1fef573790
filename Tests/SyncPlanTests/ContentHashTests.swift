// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender
import Testing

@testable import SyncPlan

/// That each manifest of a commit is written and hashed once a pass: by the triage, for the draft too.
struct ContentHashTests {
    private static let inventory = Inventory(applySet: PlanFixture.applySet)

    private func draft(_ rendered: RenderedSet, _ hashes: ContentHashes) -> PlanDraft {
        PlanDraft(
            rendered,
            against: LiveSet(catalog: PlanFixture.catalog, objects: [:], unreadable: [:]),
            inventory: Self.inventory,
            policy: PlanPolicy(),
            hashes: hashes
        )
    }

    private func hashes(in draft: PlanDraft) -> [String] {
        draft.plan().waves.flatMap(\.steps).sorted { $0.id < $1.id }.map(\.contentHash)
    }

    private func triage(_ rendered: RenderedSet) -> Triage {
        Triage(rendered: rendered, catalog: PlanFixture.catalog, inventory: Self.inventory, defaultNamespace: "")
    }

    @Test func `a hash that is known is not computed again`() throws {
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("web"))
        let id = try #require(rendered.objects.first).object.id
        #expect(hashes(in: draft(rendered, ContentHashes([KnownHash(id: id, text: "known")]))) == ["known"])
    }

    @Test func `a hash of the same manifest in another namespace is not taken`() throws {
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("web"))
        let elsewhere = ObjectID(group: "", kind: "ConfigMap", namespace: "elsewhere", name: "web")
        let found = hashes(in: draft(rendered, ContentHashes([KnownHash(id: elsewhere, text: "known")])))
        #expect(found.count == 1 && found == hashes(in: draft(rendered, .none)))
    }

    @Test func `the triage knows the hash of each manifest that has a place, and the draft would compute the same`()
        throws
    {
        let unknown = #"{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t","namespace":"shop"}}"#
        let rendered = try PlanFixture.rendered(
            PlanFixture.configMap("a"),
            unknown,
            PlanFixture.configMap("b", #""a":"2""#)
        )
        let triage = triage(rendered)
        let known = (0..<4).map { triage.hashes[$0]?.text }
        #expect(known.map { $0 != nil } == [true, false, true, false])
        let computed = hashes(in: draft(rendered, .none))
        #expect(computed.count == 2 && computed == known.compactMap { $0 })
        #expect(hashes(in: draft(rendered, triage.hashes)) == computed)
    }

    @Test func `of two manifests of one identity each has its own hash`() throws {
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("a"), PlanFixture.configMap("a", #""a":"2""#))
        let triage = triage(rendered)
        let known = (0..<2).compactMap { triage.hashes[$0]?.text }
        #expect(Set(known).count == 2)
    }
}
