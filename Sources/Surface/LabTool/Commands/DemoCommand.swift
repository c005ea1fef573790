// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusterControllers
import CommandLineTool
import Dashboard
import EmbeddedCluster
import Foundation
import GitStore
import HTTPWire
import KubeClient
import KubeObjects
import Logging
import ServiceLifecycle
import SyncImages
import SyncLoop
import SyncRecord
import SyncSource
import YAMLText

/// `sternpost-lab demo`: the whole product in a minute, on this machine alone.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Shows the product in a minute: embedded cluster, git repository, operator, dashboard.",
        discussion: "Then it serves until Ctrl-C, for you to push, break and look; with --once it ends by itself."
    )

    @Flag(help: "End after the walk-through.")
    var once = false

    @Option(help: ArgumentHelp("Where the dashboard is served; port 0 takes a free one.", valueName: "host:port"))
    var listen = "127.0.0.1:0"

    func run() async throws {
        guard let address = DashboardServer.Address(listen) else {
            throw CommandFailure("--listen \(listen): expected HOST:PORT, such as 127.0.0.1:8080")
        }
        let signals = await ShutdownSignals()
        let folder = FileManager.default.temporaryDirectory.path + "/sternpost-demo-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var options = EmbeddedClusterOptions()
        let node = ImageCatalog()
        options.images = node
        let cluster: EmbeddedCluster
        do { cluster = try await EmbeddedCluster.start(options: options) } catch {
            throw CommandFailure("the embedded cluster cannot start: \(error)")
        }
        let registry = try await DemoRegistry.start(
            in: folder,
            port: try DemoCommand.freePort(.init(host: "127.0.0.1", port: 0))
        )
        defer { registry?.stop() }
        do {
            try await demonstrate(cluster, registry, node, folder: folder, address: address, until: signals)
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
    }

    private func demonstrate(
        _ cluster: EmbeddedCluster,
        _ registry: DemoRegistry?,
        _ node: ImageCatalog,
        folder: String,
        address: DashboardServer.Address,
        until signals: ShutdownSignals
    ) async throws {
        let kubeconfig = "\(folder)/kubeconfig"
        try CredentialFile.write(YAMLText.emit(cluster.kubeconfig), to: kubeconfig)
        let client = KubeClient(
            configuration: try KubeconfigFiles.configuration(path: kubeconfig, context: nil),
            wire: HTTPWire()
        )
        let repository = try await DemoRepository.create(in: folder)
        let history = try await History.open(folder: "\(folder)/data", mode: .operate)
        let project = Self.project(of: repository, registry)
        let logger = Logger(label: "demo") { _ in SwiftLogNoOpLogHandler() }
        let board = StatusBoard(projects: [project.name])
        let factory = PreparerFactory(
            client: client,
            dataFolder: "\(folder)/data",
            workerExecutable: OwnExecutable.path
        )
        let images = ImageBoard(folder: "\(folder)/data", logger: logger)
        let poller = try TagPoller(projects: [project], environment: [:])
        let loop = try await factory.loop(
            for: project,
            timing: .standard,
            history: history,
            board: board,
            images: .init(
                poller: poller,
                board: images,
                pace: .init(watching: .milliseconds(500), patience: .seconds(2))
            ),
            logger: logger
        )
        let port = try DemoCommand.freePort(address)
        let dashboard = DashboardServer(
            address: .init(host: address.host, port: port),
            board: board,
            images: images,
            history: history,
            logger: logger
        )
        let script = DemoScript(
            repository: repository,
            client: client,
            history: history,
            board: board,
            project: project.name,
            images: registry.map { DemoScript.Images(registry: $0, node: node, board: images) },
            ending: once ? nil : Self.invitation("\(address.host):\(port)", kubeconfig, repository, folder: folder)
        )
        let services: [any Service] = [dashboard, SyncOperator(loops: [loop], poller: poller, logger: logger)]
        try await serve(script, services, until: signals)
    }

    /// The project that the demo syncs: as quick as its watchers want it.
    private static func project(of repository: DemoRepository, _ registry: DemoRegistry?) -> Project {
        let source = RepositorySpec(url: repository.remote, ref: .branch("main"), path: "infra")
        var project = Project(name: "posts", namespace: "sternpost", source: source)
        project.interval = .seconds(1)
        project.images.interval = .seconds(1)
        if let registry { project.images.registries[registry.host] = RegistryChoice() }
        return project
    }

    /// What to try while the demo goes on.
    private static func invitation(
        _ dashboard: String,
        _ kubeconfig: String,
        _ repository: DemoRepository,
        folder: String
    ) -> [String] {
        return [
            "", "The operator goes on. Try it in another terminal; Ctrl-C here ends it and removes everything.",
            "   dashboard    http://\(dashboard)/",
            "   cluster      kubectl --kubeconfig \(kubeconfig) get all -n posts",
            "   repository   cd \(repository.workingCopy)   (edit, commit, git push)",
            "   images       \(sternpost) images --data-dir \(folder)/data",
            "   history      \(sternpost) history --data-dir \(folder)/data",
            "",
        ]
    }

    private func serve(_ script: DemoScript, _ services: [any Service], until signals: ShutdownSignals) async throws {
        let script = ServiceGroupConfiguration.ServiceConfiguration(
            service: script,
            successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup
        )
        do {
            try await signals.run(services.map { .init(service: $0) } + [script], patience: .seconds(20))
        } catch is CancellationError {
            return
        } catch let error as DashboardServer.ListenError {
            throw CommandFailure("\(error)")
        }
    }

    /// The other executable as a person would call it: `make demo` builds it beside this one.
    private static var sternpost: String {
        neighbour(startedAs: CommandLine.arguments.first ?? "", at: OwnExecutable.path)
    }

    /// The path of `sternpost` in the folder of this program, good in any other terminal.
    ///
    /// - Parameters:
    ///   - word: The word by which this program was started: a path, or a name that was looked for.
    ///   - path: Where it is.
    /// - Returns: The path.
    static func neighbour(startedAs word: String, at path: String) -> String {
        let own = URL(filePath: word.contains("/") ? word : path).standardizedFileURL
        return own.deletingLastPathComponent().appending(path: "sternpost").path
    }

    /// The port that was asked for, or one that is free now.
    private static func freePort(_ address: DashboardServer.Address) throws -> Int {
        guard address.port == 0 else { return address.port }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var socketAddress = sockaddr_in()
        socketAddress.sin_family = sa_family_t(AF_INET)
        socketAddress.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &socketAddress) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, length) == 0 && getsockname(descriptor, raw, &length) == 0
            }
        }
        guard isBound else { throw CommandFailure("no free port on 127.0.0.1", status: 1) }
        return Int(UInt16(bigEndian: socketAddress.sin_port))
    }
}
