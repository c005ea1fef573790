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

    /// Reads the settings and connects; nothing is sent yet.
    func client() throws -> KubeClient {
        do {
            let configuration = try KubeconfigFiles.configuration(path: kubeconfig, context: context)
            return KubeClient(configuration: configuration, wire: HTTPWire())
        } catch let error as ConfigurationError {
            throw CommandFailure(error.problems)
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}
