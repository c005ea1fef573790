// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import HTTPWire
import KubeClient
import SyncLoop

/// Which cluster a command talks to; the words of kubectl.
struct ClusterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The kubeconfig file.", valueName: "file"))
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The context of the kubeconfig to use.", valueName: "name"))
    var context: String?

    /// Requests of one project that are under way at a time, at most, and those of all projects together: more do not make an
    /// API server faster.
    private static let requests = (ofProject: 8, least: 16, most: 64)

    /// Reads the settings and connects; nothing is sent yet.
    ///
    /// - Parameter projects: How many projects share the connections.
    /// - Returns: A client with as many places as the projects need.
    /// - Throws: ``CommandFailure`` when the settings cannot be read.
    func client(projects: Int = 1) throws -> KubeClient {
        do {
            let configuration = try KubeconfigFiles.configuration(path: kubeconfig, context: context)
            let (each, least, most) = Self.requests
            let places = min(max(each * min(projects, most), least), most)
            return KubeClient(
                configuration: configuration,
                wire: HTTPWire(requestsPerHost: places),
                renewal: KubeconfigFiles.renewal(of: configuration, path: kubeconfig)
            )
        } catch let error as ConfigurationError {
            throw CommandFailure(error.problems)
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}
