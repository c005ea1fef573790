// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import KubeObjects
import SyncImages
import SyncLoop
import SyncPlan
import SyncSource
import TestKit
import Testing
import YAMLText

struct ProjectDocumentTests {
    /// The project of a document whose `spec` has these lines, each two blanks deep.
    private func project(_ spec: String, metadata: String = "{name: posts}") throws -> Project {
        let text = "apiVersion: sternpost.dev/v1alpha1\nkind: Project\nmetadata: \(metadata)\nspec:\n\(spec)\n"
        return try ProjectDocument.project(from: try YAMLText.single(text), file: "project.yaml")
    }

    private func problems(_ spec: String, metadata: String = "{name: posts}") throws -> [String] {
        do {
            _ = try project(spec, metadata: metadata)
            return []
        } catch let error as ConfigurationError {
            return error.problems
        }
    }

    @Test func `a repository alone is a project with the documented defaults`() throws {
        let project = try project("  repo: https://git.example.com/acme/posts.git")
        #expect(project.name == "posts")
        #expect(project.namespace == "sternpost")
        #expect(
            project.source
                == RepositorySpec(url: "https://git.example.com/acme/posts.git", ref: .branch("main"), path: "infra")
        )
        #expect(project.interval == .seconds(30))
        #expect(project.credentials == nil)
        #expect(project.policy == PlanPolicy())
        #expect(project.policy.prune == PlanPolicy.Prune(isEnabled: true, maxObjects: 5, maxPercent: 30))
        #expect(project.policy.drift == .heal)
        #expect(project.healthTimeout == .seconds(300))
        #expect(!project.isSuspended)
    }

    @Test func `the definition in infra has each field that a document may have, and no other`() throws {
        let file = try #require(try Checkout.files(below: "infra").first { $0.path.hasSuffix("crd.yaml") })
        let schema = try #require(
            try YAMLText.single(file.text)[["spec", "versions"]]?.array?.first?[["schema", "openAPIV3Schema"]]
        )
        // An unknown field of each object is answered with those that are allowed.
        let spec = ["properties", "spec", "properties"]
        let objects = ["", "ref", "credentials", "prune", "health", "images"]
        let inner = objects.dropFirst().map { name in
            "  \(name): {zzzzzz: 1\(name == "images" ? ", registries: [{zzzzzz: 1}]" : "")}\n"
        }
        let found = try problems("  repo: r\n  zzzzzz: 1\n\(inner.joined())")
        func allowed(at path: String) throws -> Set<String> {
            let start = "\(path).zzzzzz: unknown field; allowed: "
            let line = try #require(found.first { $0.contains(start) }, "\(path): \(found)")
            let list = line.components(separatedBy: start)[1]
            return Set(list.components(separatedBy: ", "))
        }
        for object in objects {
            let path = spec + (object.isEmpty ? [] : [object, "properties"])
            var defined = Set(try #require(schema[path]?.object?.keys, "\(object)"))
            // A folder of the machine, which a Pod does not have.
            if object == "credentials" { defined.insert("file") }
            #expect(defined == (try allowed(at: object.isEmpty ? "spec" : "spec.\(object)")), "\(object)")
        }
        let registry = spec + ["images", "properties", "registries", "items", "properties"]
        let registries = Set(try #require(schema[registry]?.object?.keys))
        #expect(registries == (try allowed(at: "spec.images.registries[0]")))
    }

    @Test func `unknown fields of the metadata are errors as well, and what Kubernetes writes there is none`() throws {
        let problems = try problems("  repo: r", metadata: "{name: posts, namespase: x, labelz: {}}")
        #expect(problems.contains { $0.contains("metadata.namespase: unknown field; did you mean namespace?") })
        #expect(problems.contains { $0.contains("metadata.labelz: unknown field; did you mean labels?") })
        let known = "{name: posts, labels: {a: b}, annotations: {}, uid: x, resourceVersion: \"1\", generation: 2}"
        #expect(try self.problems("  repo: r", metadata: known).isEmpty)
    }

    @Test(arguments: ["Bad_NS", "-a", "a.b", "", String(repeating: "a", count: 64)])
    func `what no namespace can be called is refused`(name: String) throws {
        let own = try problems("  repo: r", metadata: "{name: posts, namespace: \"\(name)\"}")
        #expect(own.contains { $0.contains("metadata.namespace: is no name of a namespace; use ") }, "\(own)")
        // An empty one stands for none.
        let target = try problems("  repo: r\n  targetNamespace: \"\(name)\"")
        #expect(target.isEmpty == name.isEmpty, "\(target)")
    }

    @Test func `every field is read`() throws {
        let project = try project(
            """
              repo: git@git.example.com:acme/posts.git
              ref: {semver: ">=1.2 <2"}
              path: ./deploy//prod/
              interval: 1m30s
              credentials: {secretName: posts-git}
              targetNamespace: shop
              prune: {enabled: false, maxObjects: 0, maxPercent: 100}
              drift: report
              health: {timeout: 0s}
              images: {rollLatest: false, interval: 5m, undo: false}
              suspend: true
            """,
            metadata: "{name: posts, namespace: team, labels: {a: b}}"
        )
        #expect(project.namespace == "team")
        #expect(project.source.ref == .semver(">=1.2 <2"))
        #expect(project.source.path == "deploy/prod")
        #expect(project.interval == .seconds(90))
        #expect(project.credentials == .secret(name: "posts-git"))
        #expect(project.policy.targetNamespace == "shop")
        #expect(project.policy.prune == PlanPolicy.Prune(isEnabled: false, maxObjects: 0, maxPercent: 100))
        #expect(project.policy.drift == .report)
        #expect(project.healthTimeout == .zero)
        #expect(!project.images.rollLatest && !project.images.undo)
        #expect(project.images.interval == .seconds(300))
        #expect(project.isSuspended)
    }

    @Test(arguments: [("0s", Duration.zero), ("90s", .seconds(90)), ("10m", .seconds(600)), ("2h", .seconds(7_200))])
    func `the wait for health is as long as the document says`(text: String, expected: Duration) throws {
        #expect(try project("  repo: r\n  health: {timeout: \(text)}").healthTimeout == expected)
    }

    @Test(arguments: [
        ("{branch: next}", GitRef.branch("next")), ("{tag: v1.2}", .tag("v1.2")),
        ("{commit: 0123456789012345678901234567890123456789}", .commit("0123456789012345678901234567890123456789")),
        ("{semver: '>=1'}", .semver(">=1")), ("{}", .branch("main")), ("null", .branch("main")),
    ])
    func `a ref is one of four kinds`(text: String, expected: GitRef) throws {
        if case .commit = expected {
            // Digits alone are a number in YAML: the document has to put them in quotes.
            let quoted = text.replacing("commit: ", with: "commit: '").replacing("}", with: "'}")
            #expect(try project("  repo: r\n  ref: \(quoted)").source.ref == expected)
        } else {
            #expect(try project("  repo: r\n  ref: \(text)").source.ref == expected)
        }
    }

    @Test(arguments: [".", "", "./", "/"])
    func `the root of the repository can be synced, but not by an absolute path`(path: String) throws {
        let spec = "  repo: r\n  path: '\(path)'"
        if path == "/" {
            #expect(try problems(spec).count == 1)
        } else {
            #expect(try project(spec).source.path.isEmpty)
        }
    }

    /// Lines of `spec` behind `repo`, and the one complaint about them, without the file's name.
    private static let bad: [(spec: String, problem: String)] = [
        ("  intervall: 30s", "spec.intervall: unknown field; did you mean interval?"),
        ("  prune: {maxObject: 3}", "spec.prune.maxObject: unknown field; did you mean maxObjects?"),
        (
            "  ref: {sha: abc}",
            "spec.ref.sha: unknown field; allowed: branch, tag, commit, semver"
        ),
        ("  health: {deadline: 5m}", "spec.health.deadline: unknown field; allowed: timeout"),
        ("  interval: 30", "spec.interval: expected text, found a number; put it in quotes"),
        (
            "  interval: half an hour",
            "spec.interval: expected a duration of at least 1.0 s, such as 30s or 5m"
        ),
        ("  interval: 100ms", "spec.interval: expected a duration of at least 1.0 s, such as 30s or 5m"),
        ("  health: {timeout: -5m}", "spec.health.timeout: expected a duration of at least 0 ms, such as 30s or 5m"),
        (
            "  images: {interval: 1s}",
            "spec.images.interval: expected a duration of at least 10.0 s, such as 30s or 5m"
        ),
        ("  suspend: 'yes'", "spec.suspend: expected true or false, found a string"),
        ("  drift: repair", "spec.drift: expected one of heal, report"),
        ("  prune: {maxPercent: 101}", "spec.prune.maxPercent: expected a whole number from 0 to 100"),
        ("  prune: {maxObjects: 1.5}", "spec.prune.maxObjects: expected a whole number from 0 to 1000000"),
        ("  prune: {maxObjects: -1}", "spec.prune.maxObjects: expected a whole number from 0 to 1000000"),
        ("  ref: {branch: main, tag: v1}", "spec.ref: give one of branch, tag, commit, semver, not branch and tag"),
        ("  ref: {branch: ''}", "spec.ref.branch: is empty"),
        ("  ref: {branch: 1.0}", "spec.ref.branch: expected text, found a number; put it in quotes"),
        ("  ref: main", "spec.ref: expected a map with branch, tag, commit, semver, found a string"),
        ("  prune: false", "spec.prune: expected a map with enabled, maxObjects, maxPercent, found a boolean"),
        ("  health: 5m", "spec.health: expected a map with timeout, found a string"),
        ("  credentials: posts-git", "spec.credentials: expected a map with secretName, file, found a string"),
        ("  credentials: {secretName: a, file: b}", "spec.credentials: give one of secretName, file, not both"),
        ("  path: ../other", "spec.path: expected a path below the repository's root, such as infra"),
        ("  path: infra/../../x", "spec.path: expected a path below the repository's root, such as infra"),
        ("  path: /etc", "spec.path: expected a path below the repository's root, such as infra"),
        ("  path: a/.git/b", "spec.path: expected a path below the repository's root, such as infra"),
    ]

    @Test(arguments: bad)
    func `a mistake is named with its path and what to do`(spec: String, problem: String) throws {
        #expect(try problems("  repo: r\n" + spec) == ["project.yaml: \(problem)"])
    }

    @Test(arguments: ["Posts", "-posts", "posts-", "po.sts", String(repeating: "a", count: 41), "pösts"])
    func `a name that is no label is refused`(name: String) throws {
        #expect(
            try problems("  repo: r", metadata: "{name: \(name)}")
                == ["project.yaml: metadata.name: use lower-case letters, digits and '-', at most 40 characters"]
        )
    }

    @Test func `a name of forty characters is allowed`() throws {
        let name = String(repeating: "a", count: 40)
        #expect(try project("  repo: r", metadata: "{name: \(name)}").name == name)
    }

    @Test func `all mistakes come together`() throws {
        let found = try problems("  interval: soon\n  paths: x\n  drift: maybe", metadata: "{namespace: 7}")
        #expect(
            found.map { String($0.dropFirst("project.yaml: ".count).prefix { $0 != ":" }) }.sorted()
                == ["metadata.name", "metadata.namespace", "spec.drift", "spec.interval", "spec.paths", "spec.repo"]
        )
    }

    @Test(arguments: [
        ("apiVersion: sternpost.dev/v1\nkind: Project\nmetadata: {name: a}\nspec: {repo: r}", "apiVersion, kind"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nspec: {repo: r}", "apiVersion, kind"),
        ("apiVersion: sternpost.dev/v1alpha1\nkind: Project\nmetadata: {name: a}", "spec"),
        ("apiVersion: sternpost.dev/v1alpha1\nkind: Project\nmetadata: {name: a}\nspec: [repo]", "spec"),
        (
            "apiVersion: sternpost.dev/v1alpha1\nkind: Project\nmetadata: {name: a}\nspecs: {}\nspec: {repo: r}",
            "specs"
        ),
    ])
    func `a document that is no project is refused`(text: String, path: String) throws {
        let json = try YAMLText.single(text)
        let error = #expect(throws: ConfigurationError.self) {
            try ProjectDocument.project(from: json, file: "a.yaml")
        }
        #expect(error?.problems.contains { $0.hasPrefix("a.yaml: \(path): ") } == true)
    }
}
