// SPDX-License-Identifier: Apache-2.0
import PlainText

/// The commands that the output tells a person to run. Each has the options by which it reaches the same history, cluster
/// and inventory as the command that prints it, so that it works as printed.
struct PrintedCommand: Sendable, Hashable {
    var dataDir: String?
    var kubeconfig: String?
    var context: String?
    /// The inventory's; the default one need not be named.
    var namespace = OrderOptions.defaultNamespace

    /// `sternpost approve shop --hash HASH`; without a hash the command asks.
    func approve(_ project: String, hash: String? = nil) -> String {
        order("approve", project, hash.map { ["--hash", $0] } ?? [])
    }

    /// `sternpost resume shop`.
    func resume(_ project: String) -> String { order("resume", project, []) }

    /// `sternpost images release web`, with the words that say which workload.
    func releaseImages(of workload: [String]) -> String {
        text(["images", "release"] + workload + cluster + data)
    }

    /// `sternpost show 12`.
    func show(_ run: Int64) -> String { text(["show", String(run)] + data) }

    /// `sternpost history`.
    var history: String { text(["history"] + data) }

    private func order(_ name: String, _ project: String, _ more: [String]) -> String {
        text([name, project] + more + cluster + data + inventory)
    }

    private var data: [String] { option("--data-dir", dataDir) }
    private var cluster: [String] { option("--kubeconfig", kubeconfig) + option("--context", context) }
    private var inventory: [String] { namespace == OrderOptions.defaultNamespace ? [] : ["-n", namespace] }

    private func option(_ name: String, _ value: String?) -> [String] { value.map { [name, $0] } ?? [] }

    private func text(_ words: [String]) -> String {
        (["sternpost"] + words.map(\.shellWord)).joined(separator: " ")
    }
}

extension PrintedCommand {
    /// With the options that were given.
    init(data: DataOptions, cluster: ClusterOptions? = nil, namespace: String = OrderOptions.defaultNamespace) {
        self.init(
            dataDir: data.dataDir,
            kubeconfig: cluster?.kubeconfig,
            context: cluster?.context,
            namespace: namespace
        )
    }
}
