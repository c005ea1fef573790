// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import Testing

/// What is kept of an object that we have just written, until a watch shows it.
struct MirroredMarkTests {
    private func written(_ owners: JSON?) throws -> ObjectOutcome {
        var object = try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": "a", "namespace": "ns", "uid": "u1", "resourceVersion": "2"],
        ])
        if let owners { object.json[["metadata", "ownerReferences"]] = owners }
        var outcome = ObjectOutcome(id: object.id, apiVersion: "v1", action: .configured, origin: nil, after: object)
        outcome.letGo()
        return outcome
    }

    @Test func `an object that others own is settled by no manifest, so that the next plan reads its owners`() throws {
        let outcome = try written([["kind": "ConfigMap", "name": "x", "uid": "u9"]])
        let mark = try #require(outcome.mirrored(contentHash: "h"))
        #expect(mark.contentHash == Inventory.AppliedMark.noManifest && mark.resourceVersion == "2")
        #expect(outcome.mark(contentHash: "h")?.contentHash == "h", "what was applied is remembered as it was")
    }

    @Test(arguments: [nil, .array([])] as [JSON?])
    func `an object that nobody owns is settled by what was applied`(_ owners: JSON?) throws {
        #expect(try written(owners).mirrored(contentHash: "h")?.contentHash == "h")
    }
}
