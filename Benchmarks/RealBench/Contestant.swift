// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One way of bringing the objects into the cluster, as a command line.
struct Contestant: Sendable {
    /// Which of the two passes a run is.
    enum Pass: CaseIterable, Sendable {
        /// Into a cluster that has none of the objects.
        case cold
        /// Again, with nothing changed.
        case second
    }

    let name: String
    /// Whether it is the least that any tool must do; the fastest of these is the floor.
    var isBare = false
    let command: [String]
    /// Exit statuses that mean that all went well.
    var statuses: Set<Int32> = [0]
    /// Whether the command changes the cluster; one that does not has no cold pass.
    var writes = true

    /// Everybody who takes part.
    static func all(_ options: RealBenchOptions, apps: Int, folder: URL) -> [Contestant] {
        let manifests = folder.appending(path: "repository/infra").path
        let kubectl = [options.kubectl, "--kubeconfig", options.kubeconfig]
        let sync = [
            options.sternpost, "sync", "--repo", folder.appending(path: "repository").path, "--project", "bench",
            "--namespace", ClusterCleaner.inventoryNamespace, "--kubeconfig", options.kubeconfig, "--data-dir",
            folder.appending(path: "data").path,
        ]
        func bare(_ version: String) -> [String] {
            [CommandLine.arguments[0], "bare", version, options.kubeconfig, String(apps)]
        }
        var all = [
            Contestant(name: "bare apply, HTTP/1.1", isBare: true, command: bare("http1")),
            Contestant(name: "bare apply, HTTP/2", isBare: true, command: bare("http2")),
            Contestant(name: "sternpost sync --no-wait", command: sync + ["--no-wait"]),
        ]
        if options.waitsForHealth { all.append(Contestant(name: "sternpost sync", command: sync)) }
        all += [
            Contestant(
                name: "kubectl apply --server-side",
                command: kubectl + ["apply", "--server-side", "--force-conflicts", "-f", manifests]
            ),
            Contestant(
                name: "kubectl diff --server-side",
                command: kubectl + ["diff", "--server-side", "--force-conflicts", "-f", manifests],
                writes: false
            ),
        ]
        return all.filter { $0.isBare || options.includes($0.name) }
    }
}
