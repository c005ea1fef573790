// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import SyncLoop
import SyncRecord
import TestKit

/// Real operator processes of a scene's project.
extension Scene {
    /// How a test starts an operator.
    package struct OperatorOptions: Sendable {
        /// Of the lease: long enough for a busy machine, short enough for a test.
        package var lease = ["--lease-duration", "6s", "--lease-renew-deadline", "4s", "--lease-retry-period", "500ms"]
        package var environment: [String: String] = [:]
        package var wrapper: [String] = []
        package var output = OperatorProcess.Output.file
        package var arguments: [String] = []
        /// Another file than the scene's own.
        package var kubeconfig: String?
        /// Where its port is; 0 takes a free one.
        package var listen = "127.0.0.1:0"
        /// `spec.health.timeout`.
        package var healthTimeout = "0s"
        /// More lines of the project's spec, such as `images: {interval: 10s}`.
        package var spec: [String] = []

        package init() {}
    }

    /// Starts `sternpost run` on the project, runs the body, and ends the process if it still lives.
    ///
    /// - Parameters:
    ///   - name: Of its data folder and its log; two operators of one test need two.
    ///   - options: How it is started.
    ///   - body: The test. It may end the process itself.
    /// - Throws: What the body throws.
    package func withOperator(
        _ name: String = "operator",
        options: OperatorOptions = .init(),
        _ body: (OperatorProcess) async throws -> Void
    ) async throws {
        let process = try startOperator(name, options: options)
        defer { process.stop() }
        try await body(process)
    }

    /// Starts `sternpost run` on the project; to be stopped.
    package func startOperator(_ name: String, options: OperatorOptions = .init()) throws -> OperatorProcess {
        let config = "\(folder)/\(name).yaml"
        let document = """
            apiVersion: sternpost.dev/v1alpha1
            kind: Project
            metadata: {name: \(project.name), namespace: \(project.namespace)}
            spec:
              repo: \(git.path)
              interval: 1s
              prune: {maxObjects: 100, maxPercent: 100}
              health: {timeout: \(options.healthTimeout)}
            \(options.spec.map { "  \($0)\n" }.joined())
            """
        try document.write(toFile: config, atomically: true, encoding: .utf8)
        return try OperatorProcess(
            [
                "run", "--config", config, "--kubeconfig", try options.kubeconfig ?? kubeconfigFile(), "--data-dir",
                dataFolder(of: name),
                "--listen", options.listen,
            ] + options.lease + options.arguments,
            environment: options.environment,
            wrapper: options.wrapper,
            output: options.output,
            log: URL(filePath: "\(folder)/\(name).log")
        )
    }

    /// The data folder of an operator that was started under this name.
    package func dataFolder(of name: String) -> String { "\(folder)/data-\(name)" }

    /// The scene's kubeconfig as a file.
    package func kubeconfigFile() throws -> String {
        let path = "\(folder)/kubeconfig"
        if !FileManager.default.fileExists(atPath: path) {
            try kubeconfig.text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        return path
    }

    /// The project's Lease as it stands in the cluster; nil when there is none.
    package func lease() async throws -> KubeObject? {
        let leases = CoreResources.resource("coordination.k8s.io/v1", "Lease", "leases")
        return try await client.get(leases, namespace: project.namespace, name: "sternpost-\(project.name)")
    }

    /// Waits until somebody leads; gives the holder.
    @discardableResult
    package func leader(other than: String = "", within limit: Duration = .seconds(60)) async throws -> String {
        var holder = ""
        try await eventually("somebody else than '\(than)' leads", within: limit) {
            holder = try await lease()?.spec?["holderIdentity"]?.string ?? ""
            return !holder.isEmpty && holder != than
        }
        return holder
    }

    /// Waits until a ConfigMap has this value.
    package func isSynced(_ name: String, _ value: String, within limit: Duration = .seconds(60)) async throws {
        try await eventually("\(name) is \(value)", within: limit) {
            try await liveConfigMap(name)?.json["data"]?["value"]?.string == value
        }
    }

    /// What an operator wrote down, oldest run first; may be asked while it runs.
    package func runs(of name: String) async throws -> [RunDetail] {
        let history = try await History.open(folder: dataFolder(of: name), mode: .inspect)
        var details: [RunDetail] = []
        for run in try await history.runs(project: project.name, limit: 1_000).reversed() {
            if let detail = try await history.detail(run.id) { details.append(detail) }
        }
        try await history.close()
        return details
    }

    /// Whether an operator's audit chain is intact.
    package func hasIntactChain(_ name: String) async throws -> Bool {
        let history = try await History.open(folder: dataFolder(of: name), mode: .inspect)
        let result = try await history.verify()
        try await history.close()
        if case .intact = result { return true }
        return false
    }
}
