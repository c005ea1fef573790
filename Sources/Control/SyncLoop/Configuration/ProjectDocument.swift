// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeObjects
import SyncImages
import SyncPlan
import SyncSource

/// Reads `Project` documents, as README.md shows them. Unknown fields are errors with their path; all problems come
/// together.
package enum ProjectDocument {
    package static let apiVersion = "\(WireName.group)/v1alpha1"

    /// Reads one document.
    ///
    /// - Parameters:
    ///   - json: The document.
    ///   - file: The name used in error texts.
    /// - Returns: The project, with defaults filled in.
    /// - Throws: ``ConfigurationError`` with every problem of the document.
    package static func project(from json: JSON, file: String) throws(ConfigurationError) -> Project {
        var reader = DocumentReader(file: file)
        if json["apiVersion"]?.string != apiVersion || json["kind"]?.string != "Project" {
            reader.complain("apiVersion, kind", "expected apiVersion: \(apiVersion) and kind: Project")
        }
        reader.allow(["apiVersion", "kind", "metadata", "spec", "status"], in: json, at: "")
        let metadata = json["metadata"]
        reader.allow(metadataFields, in: metadata, at: "metadata")
        let name = reader.text(metadata?["name"], at: "metadata.name", isRequired: true) ?? ""
        if !name.isEmpty, !isLabel(name) {
            reader.complain("metadata.name", "use lower-case letters, digits and '-', at most 40 characters")
        }
        let namespace = reader.text(metadata?["namespace"], at: "metadata.namespace") ?? "sternpost"
        if let problem = NamespaceName.problem(namespace) { reader.complain("metadata.namespace", problem) }
        let spec = json["spec"]
        if spec?.isNull != false { reader.complain("spec", "is missing") }
        reader.allow(
            [
                "repo", "ref", "requireFastForward", "path", "interval", "credentials", "targetNamespace", "prune",
                "drift", "health", "images", "suspend",
            ],
            in: spec,
            at: "spec"
        )
        let repo = reader.text(spec?["repo"], at: "spec.repo", isRequired: true) ?? ""
        let source = RepositorySpec(
            url: repo,
            ref: ref(spec?["ref"], &reader),
            path: path(spec?["path"], &reader)
        )
        var project = Project(name: name, namespace: namespace, source: source)
        fill(&project, from: spec, &reader)
        guard reader.problems.isEmpty else { throw ConfigurationError(reader.problems) }
        return project
    }

    /// What `metadata` may hold: `ObjectMeta` of meta/v1.
    private static let metadataFields = [
        "name", "namespace", "labels", "annotations", "uid", "resourceVersion", "generation", "creationTimestamp",
        "deletionTimestamp", "deletionGracePeriodSeconds", "finalizers", "generateName", "managedFields",
        "ownerReferences", "selfLink",
    ]

    private static func fill(_ project: inout Project, from spec: JSON?, _ reader: inout DocumentReader) {
        project.requiresFastForward = reader.flag(spec?["requireFastForward"], at: "spec.requireFastForward") ?? false
        if let interval = reader.duration(spec?["interval"], at: "spec.interval", minimum: .seconds(1)) {
            project.interval = interval
        }
        project.credentials = credentials(spec?["credentials"], &reader)
        project.policy = policy(spec, &reader)
        reader.allow(["timeout"], in: spec?["health"], at: "spec.health")
        if let timeout = reader.duration(spec?["health"]?["timeout"], at: "spec.health.timeout", minimum: .zero) {
            project.healthTimeout = timeout
        }
        project.images = ImageSettings.policy(spec?["images"], &reader)
        project.isSuspended = reader.flag(spec?["suspend"], at: "spec.suspend") ?? false
    }

    private static func ref(_ json: JSON?, _ reader: inout DocumentReader) -> GitRef {
        let kinds = ["branch", "tag", "commit", "semver"]
        reader.allow(kinds, in: json, at: "spec.ref")
        let given = kinds.filter { json?[$0] != nil }
        guard given.count <= 1 else {
            reader.complain(
                "spec.ref",
                "give one of \(kinds.joined(separator: ", ")), not \(given.joined(separator: " and "))"
            )
            return .branch("main")
        }
        guard let kind = given.first,
            let value = reader.text(json?[kind], at: "spec.ref.\(kind)", isRequired: true)
        else { return .branch("main") }
        switch kind {
        case "tag": return .tag(value)
        case "commit": return .commit(value)
        case "semver": return .semver(value)
        default: return .branch(value)
        }
    }

    private static func path(_ json: JSON?, _ reader: inout DocumentReader) -> String {
        let text = reader.text(json, at: "spec.path") ?? FolderPath.standard
        do throws(SourceError) {
            return try FolderPath(text).text
        } catch {
            let example = "such as \(FolderPath.standard)"
            reader.complain("spec.path", "expected a path below the repository's root, \(example)")
            return ""
        }
    }

    private static func credentials(
        _ json: JSON?,
        _ reader: inout DocumentReader
    ) -> Project.CredentialsSource? {
        reader.allow(["secretName", "file"], in: json, at: "spec.credentials")
        let folder = reader.text(json?["file"], at: "spec.credentials.file")
        let secret = reader.text(json?["secretName"], at: "spec.credentials.secretName")
        if folder != nil, secret != nil {
            reader.complain("spec.credentials", "give one of secretName, file, not both")
        }
        return folder.map { .folder($0) } ?? secret.map { .secret(name: $0) }
    }

    private static func policy(_ spec: JSON?, _ reader: inout DocumentReader) -> PlanPolicy {
        var policy = PlanPolicy()
        policy.targetNamespace = reader.text(spec?["targetNamespace"], at: "spec.targetNamespace") ?? ""
        if !policy.targetNamespace.isEmpty, let problem = NamespaceName.problem(policy.targetNamespace) {
            reader.complain("spec.targetNamespace", problem)
        }
        let prune = spec?["prune"]
        reader.allow(["enabled", "maxObjects", "maxPercent"], in: prune, at: "spec.prune")
        if let enabled = reader.flag(prune?["enabled"], at: "spec.prune.enabled") { policy.prune.isEnabled = enabled }
        if let count = reader.number(prune?["maxObjects"], at: "spec.prune.maxObjects", in: 0...1_000_000) {
            policy.prune.maxObjects = count
        }
        if let percent = reader.number(prune?["maxPercent"], at: "spec.prune.maxPercent", in: 0...100) {
            policy.prune.maxPercent = percent
        }
        if let drift = reader.choice(spec?["drift"], at: "spec.drift", of: PlanPolicy.DriftMode.self) {
            policy.drift = drift
        }
        return policy
    }

    private static func isLabel(_ text: String) -> Bool {
        guard text.count <= 40, let first = text.utf8.first, let last = text.utf8.last else { return false }
        func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
}
