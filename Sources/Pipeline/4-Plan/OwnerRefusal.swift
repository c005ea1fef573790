// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import SyncLook

/// Why an object of another owner is not written, and how it gets here: the only place for these words.
struct OwnerRefusal: Sendable {
    /// The live object.
    let live: KubeObject
    /// As ``Ownership`` names it.
    let owner: String
    /// Where objects of its kind live.
    let resource: APIResource

    /// The text behind the object's name. Our own inventory does not tell whether another project still has the object
    /// in its: it also keeps the label of one that it has given up.
    func message(applySet: ApplySet) -> String {
        guard let partOf = live.label(ApplySet.partOfLabel), partOf != applySet.id else {
            return
                "is owned by \(owner); remove it from there (or remove that tool's labels) before it is declared here"
        }
        return "has the label of \(owner); once that no longer declares it (a project then deletes it, unless the live"
            + " object has the annotation \(WireName.prune): disabled), this moves it here: "
            + (command ?? "taking its label \(ApplySet.partOfLabel) off")
    }

    /// Takes the label of another ApplySet off. Nil for a name that a terminal, a log or a shell may change: RBAC allows
    /// blanks and combining marks. Kind and name are one word, so that no name is an option for kubectl.
    private var command: String? {
        guard live.name.unicodeScalars.allSatisfy({ $0 > " " && $0 < "\u{7f}" && $0 != "'" }) else { return nil }
        let group = resource.gvk.group
        let kind = group.isEmpty ? resource.plural : "\(resource.plural).\(group)"
        let namespace = live.namespace.isEmpty ? [] : ["-n", live.namespace]
        let words = ["kubectl", "label"] + namespace + ["\(kind)/\(live.name)", "\(ApplySet.partOfLabel)-"]
        return words.map(\.shellWord).joined(separator: " ")
    }
}
