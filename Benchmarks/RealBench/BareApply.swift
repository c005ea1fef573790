// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import HTTPWire
import KubeObjects
import YAMLText

/// The floor: every object is sent once by server-side apply, eight at a time, and the answers are thrown away. No
/// repository, no reading of the cluster, no plan, no record; a tool cannot do less and still write the objects.
struct BareApply {
    private static let inFlight = 8

    private let server: BareServer
    private let version: HTTPRequest.Version
    private let apps: Int

    /// `http1|http2 KUBECONFIG APPLICATIONS`
    init(arguments: [String]) throws {
        guard arguments.count == 3, ["http1", "http2"].contains(arguments[0]), let apps = Int(arguments[2]) else {
            throw BenchmarkError("usage: bare http1|http2 KUBECONFIG APPLICATIONS")
        }
        version = arguments[0] == "http2" ? .http2 : .http1
        server = try BareServer(kubeconfig: arguments[1])
        self.apps = apps
    }

    func run() async throws {
        let wire = HTTPWire(requestsPerHost: Self.inFlight)
        try await send(request(GeneratedApp.namespaceManifest, "/api/v1/namespaces/\(GeneratedApp.namespace)"), wire)
        let requests = try (0..<apps).flatMap { try self.requests(of: GeneratedApp(index: $0)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = requests[...]
            func startNext() {
                guard let next = rest.popFirst() else { return }
                group.addTask { try await send(next, wire) }
            }
            for _ in 0..<Self.inFlight { startNext() }
            while try await group.next() != nil { startNext() }
        }
    }

    private func requests(of app: GeneratedApp) throws -> [HTTPRequest] {
        let documents = try YAMLText.documents(in: Array(app.manifest.utf8))
        return try documents.map { document in
            guard let kind = document.json["kind"]?.string, let path = GeneratedApp.collections[kind] else {
                throw BenchmarkError("a generated object of an unknown kind")
            }
            return patch(document.json.serialized(), "\(path)/\(app.name)")
        }
    }

    private func request(_ manifest: String, _ path: String) throws -> HTTPRequest {
        guard let document = try YAMLText.documents(in: Array(manifest.utf8)).first else {
            throw BenchmarkError("an empty manifest")
        }
        return patch(document.json.serialized(), path)
    }

    private func patch(_ body: [UInt8], _ path: String) -> HTTPRequest {
        server.request(
            "PATCH",
            "\(path)?fieldManager=bare&force=true&fieldValidation=Strict",
            body: body,
            type: "application/apply-patch+yaml",
            version: version
        )
    }

    private func send(_ request: HTTPRequest, _ wire: HTTPWire) async throws {
        let status = try await wire.send(request).status
        guard (200...201).contains(status) else { throw BenchmarkError("\(request.url): answered \(status)") }
    }
}
