// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import KubeObjects
import SyncLoop
import SyncPlan

/// What projects may not declare.
struct BorderOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The project that manages Sternpost itself; it alone may declare what configures it.",
            valueName: "project"
        )
    )
    var ownProject: String?

    @Option(
        help: ArgumentHelp(
            "Namespaces in which no project may declare anything, separated by commas.",
            valueName: "names"
        )
    )
    var forbidNamespaces: String?

    @Option(
        help: ArgumentHelp(
            "Kinds that no project may declare, as in ClusterRoleBinding.rbac.authorization.k8s.io.",
            valueName: "kinds"
        )
    )
    var forbidKinds: String?

    /// The namespace of the Pod in which this process runs, in the way of Kubernetes' own clients; nil outside of a cluster.
    static var podNamespace: String? {
        guard ProcessInfo.processInfo.environment["KUBERNETES_SERVICE_HOST"] != nil else { return nil }
        let file = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
        let text = try? String(contentsOfFile: file, encoding: .utf8)  // a Pod without a token has no rights to guard
        let name = text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        return name.isEmpty ? nil : name
    }

    /// Gives each project the border that holds for it.
    ///
    /// - Parameters:
    ///   - projects: All projects of this process.
    ///   - operatorNamespace: Where it runs.
    /// - Returns: The same projects.
    /// - Throws: ``CommandFailure`` for words that are no names, and for an own project that there is not.
    func applied(to projects: [Project], operatorNamespace: String?) throws -> [Project] {
        if let ownProject, !projects.contains(where: { $0.name == ownProject }) {
            throw CommandFailure(
                "--own-project \(ownProject): there is no such project; there are: "
                    + projects.map(\.name).sorted().joined(separator: ", ")
            )
        }
        let border = ProjectBorder(
            operatorNamespace: operatorNamespace,
            credentials: Set(projects.compactMap(\.credentialsSecret)),
            forbiddenNamespaces: Set(try namespaces()),
            forbiddenKinds: Set(try kinds())
        )
        return projects.map { project in
            var project = project
            project.policy.border = border
            project.policy.border.isOwnProject = project.name == ownProject
            return project
        }
    }

    /// The one project of a command that is run by a person, who may well sit in a Pod of the project's own namespace.
    func applied(to project: Project) throws -> Project {
        try applied(to: [project], operatorNamespace: nil).first ?? project
    }

    private func namespaces() throws -> [String] {
        try list(forbidNamespaces, "--forbid-namespaces").map { text in
            guard Self.consists(text, of: Self.lowercase + "-"), text.utf8.count <= 63 else {
                throw CommandFailure("--forbid-namespaces: \(text) is no name of a namespace; patterns are not read")
            }
            return text
        }
    }

    private static let lowercase = "abcdefghijklmnopqrstuvwxyz0123456789"

    private static func consists(_ text: some StringProtocol, of letters: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(letters.utf8.contains)
    }

    private func kinds() throws -> [GroupKind] {
        try list(forbidKinds, "--forbid-kinds").map { text in
            let kind = text.prefix { $0 != "." }
            guard kind.first?.isUppercase == true, Self.consists(kind.lowercased(), of: Self.lowercase),
                Self.consists(text.dropFirst(kind.count), of: Self.lowercase + "-.") || kind == text
            else {
                throw CommandFailure(
                    "--forbid-kinds: \(text) is no kind; expected KIND.GROUP, as in ClusterRole.rbac.authorization.k8s.io"
                )
            }
            return GroupKind(parsing: text)
        }
    }

    private func list(_ text: String?, _ option: String) throws -> [String] {
        guard let text else { return [] }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard parts.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else {
            throw CommandFailure("\(option) \(text): expected names separated by commas")
        }
        return parts
    }
}
