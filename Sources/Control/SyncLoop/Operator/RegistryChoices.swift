// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import OCIRegistry
import SyncImages

/// The registries of all projects of one operator: each has one budget, however many projects use it.
package enum RegistryChoices {
    /// What the projects say together.
    ///
    /// - Parameters:
    ///   - projects: Of one operator.
    ///   - environment: Where a proxy is looked up.
    /// - Returns: One entry for each registry that a project has settings for.
    /// - Throws: ``ConfigurationError`` when two projects have different settings for one registry.
    package static func settings(
        of projects: [Project],
        environment: [String: String]
    ) throws(ConfigurationError) -> RegistrySettings {
        var settings = RegistrySettings(proxyEnvironment: environment)
        var origin: [String: (project: String, choice: RegistryChoice)] = [:]
        var problems: [String] = []
        for project in projects {
            for (host, choice) in project.images.registries.sorted(by: { $0.key < $1.key }) {
                if let known = origin[host], known.choice != choice {
                    problems.append(
                        "the projects \(known.project) and \(project.name) say different things of the registry \(host)"
                            + " (spec.images.registries); make them equal"
                    )
                }
                origin[host] = (project.name, choice)
                settings.hosts[host] = RegistrySettings.Host(
                    mirrors: choice.mirrors,
                    authorities: choice.authorities.map { Array($0.utf8) },
                    insecure: choice.isInsecure
                )
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return settings
    }
}

extension TagPoller {
    /// A poller for the projects of one operator.
    ///
    /// - Throws: ``ConfigurationError`` as ``RegistryChoices``.
    package init(projects: [Project], environment: [String: String]) throws(ConfigurationError) {
        let settings = try RegistryChoices.settings(of: projects, environment: environment)
        self.init(client: RegistryClient(wire: HTTPWire(), settings: settings))
    }
}
