// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects
import Waiting

extension KubeClient {
    /// The aggregated form of discovery in both its versions, and the plain form for servers that know neither. The
    /// server needs the parameters in the order g, v, as.
    private static let discoveryAccept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

    private static let discoveryLimit = 8

    /// Every served resource. Groups that do not answer, or whose answer is stale, are marked unavailable.
    ///
    /// - Throws: When not even the list of groups can be read.
    package func discover() async throws(KubeError) -> APICatalog {
        var catalog = APICatalog()
        var plain: [Discovery.Version] = []
        for path in ["/api", "/apis"] {
            var request = KubeRequest(path: path)
            request.accept = KubeClient.discoveryAccept
            plain += try await perform(request) { (answer) throws(KubeError) in
                let kinds: Set = ["APIGroupDiscoveryList", path == "/api" ? "APIVersions" : "APIGroupList"]
                let json = try KubeDocument.json(answer, to: request, kinds: kinds)
                guard json["kind"]?.string == "APIGroupDiscoveryList" else {
                    guard let versions = Discovery.versions(json) else {
                        throw .violation("a list of groups without groups", answer, to: request)
                    }
                    return versions
                }
                guard Discovery.add(groups: json, to: &catalog) else {
                    throw .violation("a list of groups without items", answer, to: request)
                }
                return []
            }
        }
        for (version, result) in try await resources(of: plain) {
            switch result {
            case .success(let resources): for resource in resources { catalog.add(resource) }
            case .failure(let error): catalog.markUnavailable(group: version.group, reason: error.description)
            }
        }
        return catalog
    }

    /// Asks for each version's resources, some at a time; the result is in the order of `versions`.
    private func resources(
        of versions: [Discovery.Version]
    ) async throws(KubeError) -> [(Discovery.Version, Result<[APIResource], KubeError>)] {
        let found = await concurrently(versions, limit: KubeClient.discoveryLimit) { await self.resources(of: $0) }
        var ordered: [(Discovery.Version, Result<[APIResource], KubeError>)] = []
        for (version, result) in zip(versions, found) {
            // Not asked for any more: the task was cancelled before.
            guard let result else { throw KubeError(reason: .cancelled, message: "cancelled") }
            if case .failure(let error) = result, error.reason == .cancelled { throw error }
            ordered.append((version, result))
        }
        return ordered
    }

    private func resources(of version: Discovery.Version) async -> Result<[APIResource], KubeError> {
        let request = KubeRequest(path: version.path)
        do throws(KubeError) {
            return .success(
                try await perform(request) { (answer) throws(KubeError) in
                    let json = try KubeDocument.json(answer, to: request, kinds: ["APIResourceList"])
                    guard let resources = Discovery.resources(json, of: version) else {
                        throw .violation("a list of resources without resources", answer, to: request)
                    }
                    return resources
                }
            )
        } catch {
            return .failure(error)
        }
    }
}
