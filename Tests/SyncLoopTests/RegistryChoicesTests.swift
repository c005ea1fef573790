// SPDX-License-Identifier: Apache-2.0
import GitStore
import OCIRegistry
import SyncImages
import SyncSource
import Testing

@testable import SyncLoop

/// What several projects say of the same registries.
struct RegistryChoicesTests {
    private func project(_ name: String, _ registries: [String: RegistryChoice]) -> Project {
        var project = Project(
            name: name,
            namespace: "sternpost",
            source: RepositorySpec(url: "r", ref: .branch("main"), path: "infra")
        )
        project.images.registries = registries
        return project
    }

    private func choice(
        mirrors: [String] = [],
        ca: String? = nil,
        isInsecure: Bool = false
    ) -> RegistryChoice {
        var choice = RegistryChoice()
        choice.mirrors = mirrors
        choice.authorities = ca
        choice.isInsecure = isInsecure
        return choice
    }

    @Test func `projects that say the same, or speak of different registries, are one`() throws {
        let projects = [
            project("a", ["one.example.com": choice(mirrors: ["m"], ca: "PEM", isInsecure: true)]),
            project(
                "b",
                ["one.example.com": choice(mirrors: ["m"], ca: "PEM", isInsecure: true), "two.example.com": choice()]
            ),
            project("c", [:]),
        ]
        let settings = try RegistryChoices.settings(of: projects, environment: ["HTTPS_PROXY": "p"])
        #expect(
            settings.hosts == [
                "one.example.com": .init(mirrors: ["m"], authorities: Array("PEM".utf8), insecure: true),
                "two.example.com": .init(),
            ]
        )
        #expect(settings.proxyEnvironment == ["HTTPS_PROXY": "p"])
    }

    @Test(arguments: [(["m"], nil, false), ([], "PEM", false), ([], nil, true)] as [([String], String?, Bool)])
    func `projects that disagree about a registry are named, each pair once`(
        mirrors: [String],
        ca: String?,
        isInsecure: Bool
    ) throws {
        let other = choice(mirrors: mirrors, ca: ca, isInsecure: isInsecure)
        let projects = [
            project("a", ["one.example.com": choice(), "two.example.com": choice()]),
            project("b", ["one.example.com": other, "two.example.com": other]),
        ]
        let error = #expect(throws: ConfigurationError.self) {
            try RegistryChoices.settings(of: projects, environment: [:])
        }
        #expect(
            error?.problems
                == ["one.example.com", "two.example.com"].map { host in
                    "the projects a and b say different things of the registry \(host) (spec.images.registries); make them equal"
                }
        )
    }
}
