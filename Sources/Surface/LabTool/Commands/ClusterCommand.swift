// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusterStore
import CommandLineTool
import Dashboard
import EmbeddedCluster
import Foundation
import KubeObjects
import ServiceLifecycle
import YAMLText

/// `sternpost-lab cluster`: the embedded Kubernetes API alone.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Serves the embedded Kubernetes API on loopback until Ctrl-C or SIGTERM.",
        discussion: """
            For trying and testing; never a production cluster. The kubeconfig is written once the API answers:
            sternpost-lab cluster --write-kubeconfig /tmp/kubeconfig & kubectl --kubeconfig /tmp/kubeconfig get namespaces
            """
    )

    @Option(help: ArgumentHelp("Where the kubeconfig is written, readable by you only.", valueName: "file"))
    var writeKubeconfig: String

    // Unconditional: a negative number is refused as a value, and not taken for an option.
    @Option(parsing: .unconditional, help: "The port on 127.0.0.1; 0 takes a free one.")
    var port = 0

    @Option(
        help: ArgumentHelp("Where objects are kept over restarts; without it, in memory only.", valueName: "folder")
    )
    var dataDir: String?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port: expected 0 to 65535") }
    }

    func run() async throws {
        var options = EmbeddedClusterOptions()
        options.port = port
        options.dataFolder = dataDir
        let signals = await ShutdownSignals(ending: Serving.ending)
        let cluster: EmbeddedCluster
        do {
            cluster = try await EmbeddedCluster.start(options: options)
        } catch let error as StoreJournalError {
            throw CommandFailure("the embedded cluster cannot use its \(error)")
        } catch {
            let words = DashboardServer.words(for: error)
            throw CommandFailure(
                "the embedded cluster cannot start on port \(port): \(words); choose another with --port"
            )
        }
        do { try CredentialFile.write(YAMLText.emit(cluster.kubeconfig), to: writeKubeconfig) } catch {
            await cluster.stop()
            throw error
        }
        StandardOutput.line("serving \(cluster.url); kubeconfig: \(writeKubeconfig)")
        try await Serving.run([ClusterService(cluster: cluster)], until: signals)
    }
}

/// The embedded cluster as a service: ends at shutdown.
struct ClusterService: Service {
    let cluster: EmbeddedCluster

    func run() async throws {
        try? await gracefulShutdown()
        await cluster.stop()
    }
}
