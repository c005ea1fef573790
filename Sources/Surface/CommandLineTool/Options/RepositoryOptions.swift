// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import GitStore
import KubeObjects
import SyncLoop
import SyncSource
import YAMLText

/// Which project a command is about: a repository given in words, or a project file.
struct RepositoryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The repository: https, ssh (git@…) or file URL, or a folder.", valueName: "url"))
    var repo: String?

    @Option(
        help: ArgumentHelp(
            "What to follow: a branch, or tag:NAME, commit:ID, semver:RANGE. Default: main.",
            valueName: "ref"
        )
    )
    var ref: String?

    @Option(help: ArgumentHelp("The folder whose manifests are synced. Default: infra.", valueName: "folder"))
    var path: String?

    @Option(help: ArgumentHelp("The project's name. Default: the repository's last part.", valueName: "name"))
    var project: String?

    @Option(
        name: [.customShort("n"), .customLong("namespace")],
        help: ArgumentHelp("The namespace of the inventory. Default: sternpost.", valueName: "name")
    )
    var namespace: String?

    @Option(help: ArgumentHelp("The namespace of objects that name none.", valueName: "name"))
    var targetNamespace: String?

    @Option(
        help: ArgumentHelp(
            "A folder of git credentials: username and password, token, or identity and known_hosts; ca.crt.",
            valueName: "folder"
        )
    )
    var credentials: String?

    @Option(help: ArgumentHelp("A project file, instead of --repo.", valueName: "file"))
    var config: String?

    func validate() throws {
        try NamespaceOption.check(namespace, "--namespace")
        if targetNamespace != "" { try NamespaceOption.check(targetNamespace, "--target-namespace") }
    }

    /// The project, or every reason why there is none.
    func resolve() throws -> Project {
        do {
            if let config {
                let others = [
                    ("--repo", repo), ("--ref", ref), ("--path", path), ("--project", project), ("-n", namespace),
                    ("--target-namespace", targetNamespace), ("--credentials", credentials),
                ].filter { $0.1 != nil }.map(\.0)
                guard others.isEmpty else {
                    throw CommandFailure(
                        "\(others.joined(separator: ", ")) cannot stand beside --config: the project file says it all"
                    )
                }
                let projects = try ProjectFiles.read(config)
                guard projects.count == 1, let project = projects.first else {
                    throw CommandFailure("\(config): holds \(projects.count) projects; this command takes one")
                }
                return project
            }
            guard let repo, !repo.isEmpty else {
                throw CommandFailure("no repository given: add --repo URL (or --config FILE)")
            }
            return try ProjectDocument.project(from: document(repo: repo), file: "command line")
        } catch let error as ConfigurationError {
            throw CommandFailure(error.problems)
        }
    }

    /// The options as the document they stand for, so that they are checked by the same rules.
    private func document(repo: String) throws -> JSON {
        var spec: JSON = ["repo": .string(repo)]
        if let ref {
            let parts = ref.split(separator: ":", maxSplits: 1).map(String.init)
            let kinds = ["branch", "tag", "commit", "semver"]
            if parts.count == 2, kinds.contains(parts[0]) {
                spec["ref"] = [parts[0]: .string(parts[1])]
            } else {
                spec["ref"] = ["branch": .string(ref)]
            }
        }
        if let path { spec["path"] = .string(path) }
        if let targetNamespace { spec["targetNamespace"] = .string(targetNamespace) }
        if let credentials { spec["credentials"] = ["file": .string(credentials)] }
        return [
            "apiVersion": .string(ProjectDocument.apiVersion), "kind": "Project",
            "metadata": [
                "name": .string(project ?? RepositoryOptions.name(of: repo)),
                "namespace": .string(namespace ?? "sternpost"),
            ],
            "spec": spec,
        ]
    }

    /// `https://git.example.com/acme/Posts.git` is called `posts`, and a folder as its path calls it: a symbolic link that
    /// leads to another folder at each release keeps its name.
    static func name(of repo: String) -> String {
        var parts = place(of: repo).split(whereSeparator: { $0 == "/" || $0 == ":" })
        // The folder in which a working copy keeps its objects.
        if parts.count > 1, parts.last == ".git" { parts.removeLast() }
        let last = parts.last.map(String.init) ?? "project"
        let stem = last.hasSuffix(".git") ? String(last.dropLast(4)) : last
        let letters = stem.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        let trimmed = String(String(letters).drop { $0 == "-" }.reversed().drop { $0 == "-" }.reversed().prefix(40))
        return trimmed.isEmpty ? "project" : trimmed
    }

    /// Of a folder the name that its path ends with; an address as it is. Where `.` or `..` stands last, it is the path of the
    /// folder without symbolic links, because the one that was given tells no name.
    private static func place(of repo: String) -> String {
        // What is no address is refused later, with the reason.
        guard let address = try? GitAddress(repo), address.scheme == .file else { return repo }
        let path = repo.range(of: "://").flatMap { String(repo[$0.upperBound...]).removingPercentEncoding } ?? repo
        var parts = path.split(separator: "/")
        if parts.last == ".git" { parts.removeLast() }
        if let last = parts.last, last != ".", last != ".." { return String(last) }
        return URL(filePath: address.url).resolvingSymlinksInPath().path(percentEncoded: false)
    }
}
