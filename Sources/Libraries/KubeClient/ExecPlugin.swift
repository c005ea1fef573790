// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeObjects
import PlainText
import Processes

/// A command of the user's kubeconfig that prints credentials: `client.authentication.k8s.io` ExecCredential.
struct ExecPlugin: Sendable, Hashable {
    /// Whether the plug-in may ask the person at the terminal.
    enum InteractiveMode: String, Sendable {
        case never = "Never"
        case ifAvailable = "IfAvailable"
        case always = "Always"
    }

    /// What a plug-in printed.
    struct Answer: Sendable {
        let token: String?
        let identity: HTTPSecurity.Identity?
        /// Nil when the credentials do not expire.
        let expiry: Date?
    }

    static let apiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    let command: String
    let arguments: [String]
    let environment: [String: String]
    let apiVersion: String
    let interactiveMode: InteractiveMode
    /// `spec.cluster` when the user wants the plug-in to have it.
    let cluster: JSON?
    let installHint: String
    /// A person at the terminal needs longer than a program.
    var deadline: Duration = .seconds(60)
    var interactiveDeadline: Duration = .seconds(300)

    /// Runs the command and reads what it printed.
    ///
    /// - Throws: ``KubeError`` with reason `configuration` that names the command, never what it printed on standard output.
    func run() async throws(KubeError) -> Answer {
        let hasTerminal = isatty(STDIN_FILENO) == 1
        if interactiveMode == .always, !hasTerminal {
            throw fail("needs a terminal (interactiveMode Always), and standard input is none")
        }
        guard let path = executablePath() else {
            throw fail("is not installed\(installHint.isEmpty ? "" : ". \(installHint)")")
        }
        let isInteractive = hasTerminal && interactiveMode != .never
        var child = ChildProcess(path: path, arguments: arguments)
        child.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        child.environment["KUBERNETES_EXEC_INFO"] = request(isInteractive: isInteractive).text
        child.isInteractive = isInteractive
        child.deadline = isInteractive ? interactiveDeadline : deadline
        switch await child.run() {
        case .ended(status: 0, let output, _): return try answer(output)
        case .ended(let status, _, let errors):
            throw fail("ended with status \(status): \(KubeError.oneLine(errors))")
        case .timedOut: throw fail("did not end within \(child.deadline) and was stopped")
        case .cancelled: throw fail("was stopped before it ended")
        case .tooMuchOutput: throw fail("printed more than \(ChildProcess.maxOutput) bytes")
        case .notStarted(let why): throw fail("cannot be started: \(KubeError.oneLine(why))")
        }
    }

    private func fail(_ problem: String) -> KubeError {
        KubeError(reason: .configuration, message: "credential plug-in \(command) \(problem)")
    }

    private func request(isInteractive: Bool) -> JSON {
        var spec: JSON = ["interactive": .bool(isInteractive)]
        if let cluster { spec["cluster"] = cluster }
        return ["apiVersion": .string(apiVersion), "kind": "ExecCredential", "spec": spec]
    }

    /// The command as a path, or as found in `PATH`.
    private func executablePath() -> String? {
        let files = FileManager.default
        if command.contains("/") { return files.isExecutableFile(atPath: command) ? command : nil }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(command)" }.first { path in
            var isFolder: ObjCBool = false
            return files.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
                && files.isExecutableFile(atPath: path)
        }
    }

    private func answer(_ output: [UInt8]) throws(KubeError) -> Answer {
        let json: JSON
        do throws(JSONError) { json = try JSONParser.parse(output) } catch {
            throw fail("did not print one JSON document: \(error.problem)")
        }
        guard json["kind"]?.string == "ExecCredential", json["apiVersion"]?.string == apiVersion else {
            throw fail("did not print an ExecCredential of \(apiVersion)")
        }
        let status = json["status"] ?? [:]
        let token = status["token"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        let certificate = status["clientCertificateData"]?.string ?? ""
        let key = status["clientKeyData"]?.string ?? ""
        guard certificate.isEmpty == key.isEmpty else { throw fail("printed a certificate or a key, not both") }
        guard token != nil || !key.isEmpty else { throw fail("printed neither a token nor a certificate") }
        return Answer(
            token: token,
            identity: key.isEmpty
                ? nil : HTTPSecurity.Identity(certificate: Array(certificate.utf8), key: Array(key.utf8)),
            expiry: try expiry(status["expirationTimestamp"])
        )
    }

    private func expiry(_ json: JSON?) throws(KubeError) -> Date? {
        guard let json, !json.isNull else { return nil }
        guard let time = json.string.flatMap(RFC3339Time.init) else {
            throw fail("printed an expirationTimestamp that is no RFC 3339 time")
        }
        return Date(timeIntervalSince1970: Double(time.seconds) + Double(time.microseconds) / 1_000_000)
    }
}
