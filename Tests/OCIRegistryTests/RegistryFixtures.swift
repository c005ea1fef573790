// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeObjects
import OCIRegistry
import Synchronization
import TestKit

let ociManifest = "application/vnd.oci.image.manifest.v1+json"
let ociIndex = "application/vnd.oci.image.index.v1+json"

/// A digest of nothing in particular.
func digest(_ seed: String) -> ImageDigest { .sha256(of: Array(seed.utf8)) }

/// A manifest whose bytes depend on `seed`.
func manifestText(_ seed: String, annotations: JSON = [:]) -> String {
    let json: JSON = [
        "schemaVersion": 2, "mediaType": .string(ociManifest), "annotations": annotations, "layers": [],
        "config": [
            "mediaType": "application/vnd.oci.image.config.v1+json", "digest": .string(digest(seed).description),
            "size": 2,
        ],
    ]
    return json.text
}

/// An index of platforms, and an attestation when it has a text.
func indexText(_ platforms: [ImageDigest], attestation: String? = nil) -> String {
    var entries = platforms.enumerated().map { index, digest -> JSON in
        [
            "mediaType": .string(ociManifest), "digest": .string(digest.description), "size": 2,
            "platform": ["os": "linux", "architecture": .string("cpu\(index)")],
        ]
    }
    if let attestation {
        entries.append([
            "mediaType": .string(ociManifest), "digest": .string(digest(attestation).description), "size": 2,
            "platform": ["os": "unknown", "architecture": "unknown"],
            "annotations": ["vnd.docker.reference.type": "attestation-manifest"],
        ])
    }
    let json: JSON = ["schemaVersion": 2, "mediaType": .string(ociIndex), "manifests": .array(entries)]
    return json.text
}

extension StubHTTPServer.Request {
    /// The tag or digest that is asked for.
    var reference: String { String(path.split(separator: "/").last ?? "") }

    /// An answer with headers as given; to HEAD without the body.
    func answer(_ status: Int, _ body: String = "", headers: [String: String] = [:], type: String = "application/json")
        -> [StubHTTPServer.Step]
    {
        guard method == "HEAD" else { return [.reply(status, body, headers: headers, type: type)] }
        let extra = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
        let head = "HTTP/1.1 \(status) Status\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
        return [.text("\(head)\(extra)\r\n")]
    }

    /// A manifest with its true digest, or with the one given; empty for no digest.
    func manifest(_ text: String, digest told: String? = nil, type: String = ociManifest) -> [StubHTTPServer.Step] {
        let told = told ?? digest(text).description
        return answer(200, text, headers: told.isEmpty ? [:] : ["Docker-Content-Digest": told], type: type)
    }

    /// A registry's error.
    func refuse(_ status: Int, _ code: String, headers: [String: String] = [:]) -> [StubHTTPServer.Step] {
        answer(status, #"{"errors":[{"code":"\#(code)","message":"no"}]}"#, headers: headers)
    }

    /// 401 with a challenge for a token of the server itself.
    func wantToken(_ port: Int? = nil, parameters: String = "") -> [StubHTTPServer.Step] {
        let host = headers["host"] ?? ""
        let realm = port.map { "127.0.0.1:\($0)" } ?? host
        let challenge =
            #"Bearer realm="http://\#(realm)/token",service="stub",scope="repository:app:pull"\#(parameters)"#
        return refuse(401, "UNAUTHORIZED", headers: ["WWW-Authenticate": challenge])
    }
}

/// Clocks that a test moves.
final class ManualClock: Sendable {
    private let offset = Mutex(Duration.zero)
    private let start = ContinuousClock.now
    private let day = Date(timeIntervalSince1970: 1_700_000_000)

    func advance(by duration: Duration) { offset.withLock { $0 += duration } }

    var clock: RegistryClock {
        RegistryClock(
            instant: { self.start.advanced(by: self.offset.withLock { $0 }) },
            date: { self.day.addingTimeInterval(self.offset.withLock { $0 } / .seconds(1)) }
        )
    }
}

/// A client for stub servers, all of them plain http.
func client(
    _ servers: StubHTTPServer...,
    clock: ManualClock? = nil,
    change: (inout RegistrySettings) -> Void = { _ in }
) -> RegistryClient {
    var settings = RegistrySettings(callDeadline: .seconds(5))
    for server in servers { settings.hosts["127.0.0.1:\(server.port)"] = .init(insecure: true) }
    change(&settings)
    return RegistryClient(wire: HTTPWire(), settings: settings, clock: clock?.clock ?? .system)
}

/// A client for a registry on this machine, whose name a person has written down.
func client(naming host: String) -> RegistryClient {
    RegistryClient(wire: HTTPWire(), settings: RegistrySettings(hosts: [host: .init()]))
}

extension StubHTTPServer {
    /// The name of an image on it.
    func image(_ name: String = "app") throws -> ImageReference { try ImageReference("127.0.0.1:\(port)/\(name)") }

    /// What was asked so far: `HEAD latest`.
    var calls: [String] { requests.map { "\($0.method) \($0.reference)" } }
}

/// A keyring with one name and password for one place.
func keyring(_ place: String, _ username: String = "robot", _ password: String = "correct-horse") -> RegistryKeyring {
    RegistryKeyring([(place, .basic(username: username, password: password))])
}

/// What `body` throws; nil when it throws nothing.
func registryError<Result>(_ body: () async throws(RegistryError) -> Result) async -> RegistryError? {
    do throws(RegistryError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
