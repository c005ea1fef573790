// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeObjects
import TestKit

/// A program did not end well.
struct ProgramFailed: Error, CustomStringConvertible {
    let description: String
}

/// Sends raw requests with curl, as one user.
struct RawClient: Sendable {
    /// One answer.
    struct Answer: Sendable {
        let status: Int
        let json: JSON
        let text: String
        let warnings: [String]

        var reason: String { json["reason"]?.string ?? "" }
        var message: String { json["message"]?.string ?? "" }
    }

    /// With the token in its path.
    let server: String

    init(_ kubeconfig: JSON) {
        server = kubeconfig["clusters"]?.array?.first?["cluster"]?["server"]?.string ?? ""
    }

    init(server: String) { self.server = server }

    /// Sends a request and reads the whole answer.
    func send(
        _ method: String,
        _ path: String,
        _ body: JSON? = nil,
        type: String = "application/json",
        accept: String = "application/json",
        headers: [String] = []
    ) async throws -> Answer {
        var arguments = ["-sS", "-g", "-i", "-X", method, "--max-time", "20", "-H", "Accept: \(accept)"]
        for header in headers { arguments += ["-H", header] }
        if body != nil { arguments += ["-H", "Content-Type: \(type)", "-H", "Expect:", "--data-binary", "@-"] }
        let input = body?.serialized() ?? []
        let result = try await finishProgram("curl", arguments + [server + path], package: "curl", input: input)
        guard result.status == 0 else { throw ProgramFailed(description: "curl \(result.status): \(result.errors)") }
        let parts = result.output.split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
        let lines = parts[0].split(separator: "\r\n").map(String.init)
        let text = parts.count > 1 ? parts[1] : ""
        return Answer(
            status: lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0,
            json: (try? JSONParser.parse(text)) ?? .null,
            text: text,
            warnings: lines.filter { $0.lowercased().hasPrefix("warning: ") }.map { String($0.dropFirst(9)) }
        )
    }

    /// Reads a stream until the server ends it, line by line.
    func lines(_ path: String) async throws -> [JSON] {
        let result = try await curl("-sS", "-g", "-N", "--max-time", "20", server + path)
        return result.output.split(separator: "\n").compactMap { try? JSONParser.parse(String($0)) }
    }
}

/// Runs `body` against a fresh cluster, which ends with it.
func withCluster<Result>(
    _ options: EmbeddedClusterOptions = .init(),
    _ body: (EmbeddedCluster, RawClient) async throws -> Result
) async throws -> Result {
    let cluster = try await EmbeddedCluster.start(options: options)
    do {
        let result = try await body(cluster, RawClient(cluster.kubeconfig))
        await cluster.stop()
        return result
    } catch {
        await cluster.stop()
        throw error
    }
}

/// Runs kubectl against a cluster.
func kubectl(_ cluster: EmbeddedCluster, _ arguments: String..., input: String = "") async throws -> ProgramResult {
    try await kubectl(cluster, arguments: arguments, input: input)
}

/// Runs kubectl against a cluster.
func kubectl(_ cluster: EmbeddedCluster, arguments: [String], input: String = "") async throws -> ProgramResult {
    try await Kubectl.run(arguments, kubeconfig: cluster.kubeconfig.serialized(), input: input)
}

/// Runs curl to its end.
func curl(_ arguments: String...) async throws -> ProgramResult {
    try await finishProgram("curl", arguments, package: "curl")
}

/// A ConfigMap with these data.
func configMap(_ name: String, _ data: JSON = ["key": "value"]) -> JSON {
    ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": data]
}

let configMaps = "/api/v1/namespaces/default/configmaps"
