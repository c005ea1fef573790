// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// What a repository may not declare, whatever the API server would allow: the only rule of the border between
/// projects, and between projects and Sternpost itself.
///
/// It does not replace access control of the API server: all projects act with the rights of the operator.
package struct ProjectBorder: Sendable, Hashable {
    /// Whether this is the project that manages Sternpost itself: it may declare what configures Sternpost, and the lists of
    /// the operator do not hold for it.
    package var isOwnProject: Bool
    /// The namespace in which the operator runs; nil when it runs outside of the cluster. A user who may create a Pod
    /// there has the operator's rights.
    package var operatorNamespace: String?
    /// The Secrets from which the operator takes its credentials.
    package var credentials: Set<ObjectID>
    /// Namespaces that the operator forbids to all projects.
    package var forbiddenNamespaces: Set<String>
    /// Kinds that the operator forbids to all projects.
    package var forbiddenKinds: Set<GroupKind>

    /// A border with the rules that always hold, and those that are given.
    package init(
        isOwnProject: Bool = false,
        operatorNamespace: String? = nil,
        credentials: Set<ObjectID> = [],
        forbiddenNamespaces: Set<String> = [],
        forbiddenKinds: Set<GroupKind> = []
    ) {
        self.isOwnProject = isOwnProject
        self.operatorNamespace = operatorNamespace
        self.credentials = credentials
        self.forbiddenNamespaces = forbiddenNamespaces
        self.forbiddenKinds = forbiddenKinds
    }

    /// Why a repository may not declare an object.
    package struct Objection: Sendable, Hashable {
        /// The end of a sentence about the object; true of a live one, too.
        package let reason: String
        /// What to do about a manifest; nil where nothing helps. There is nothing to do about a live object.
        package let remedy: String?

        /// Both, as it is said of a manifest.
        package var text: String { remedy.map { "\(reason); \($0)" } ?? reason }
    }

    private static let projectFiles = "sternpost-projects"

    /// Judges a manifest, or a live object that no manifest declares any more.
    ///
    /// - Parameter object: The object, its namespace filled in.
    /// - Returns: Why it may not be declared, to stand behind its name and a colon; nil when it may.
    package func objection(to object: KubeObject) -> Objection? {
        let id = object.id
        if let label = object.label(ApplySet.idLabel) {
            let reason =
                "is the parent of an ApplySet (label \(ApplySet.idLabel): \(label)), which only its tool may write"
            return Objection(reason: reason, remedy: "remove it from git")
        }
        if isBookkeeping(id) {
            let reason =
                "has a name that Sternpost keeps for its own inventories and leases (\(WireName.objectPrefix)…)"
            return Objection(reason: reason, remedy: "choose another name")
        }
        guard !isOwnProject else { return nil }
        if let what = configuration(id) {
            return Objection(
                reason: "\(what), so a project may not declare it",
                remedy: "only the project that is named by --own-project may"
            )
        }
        if forbiddenKinds.contains(id.groupKind) {
            let reason = "is of a kind that the operator forbids to all projects (--forbid-kinds \(id.groupKind))"
            return Objection(reason: reason, remedy: nil)
        }
        if let namespace = place(of: id), forbiddenNamespaces.contains(namespace) {
            let reason =
                "lies in a namespace that the operator forbids to all projects (--forbid-namespaces \(namespace))"
            return Objection(reason: reason, remedy: nil)
        }
        return nil
    }

    /// The namespace that an object is in, or that it is itself.
    private func place(of id: ObjectID) -> String? {
        if id.groupKind == GroupKind.namespace { return id.name }
        return id.namespace.isEmpty ? nil : id.namespace
    }

    private func isBookkeeping(_ id: ObjectID) -> Bool {
        guard id.name.utf8.starts(with: WireName.objectPrefix.utf8) else { return false }
        return id.group.isEmpty && id.kind == "Secret" || id.group == "coordination.k8s.io" && id.kind == "Lease"
    }

    /// Which part of Sternpost the object would configure; nil for none.
    private func configuration(_ id: ObjectID) -> String? {
        if id.group == WireName.group { return "configures Sternpost" }
        if id.groupKind == GroupKind.customResourceDefinition, id.name.hasSuffix(".\(WireName.group)") {
            return "defines a kind that configures Sternpost"
        }
        if id.group.isEmpty, id.kind == "ConfigMap", id.name == ProjectBorder.projectFiles {
            return "holds the operator's project files"
        }
        if credentials.contains(id) { return "holds credentials of the operator" }
        if let operatorNamespace, place(of: id) == operatorNamespace {
            return "lies in the namespace \(operatorNamespace), in which the operator runs"
        }
        return nil
    }
}
