// SPDX-License-Identifier: Apache-2.0
import HTTPWire

extension RegistrySettings {
    /// The hosts to ask for an image, in order, each once: the mirrors, then the registry itself.
    func endpoints(for registry: String) -> [String] {
        var found: [String] = []
        for mirror in hosts[registry]?.mirrors ?? [] where Grammar.isRegistry(mirror) && mirror != registry {
            if !found.contains(mirror) { found.append(mirror) }
        }
        return found + [registry]
    }

    /// Where the API of a registry is: Docker Hub's has another name.
    static func apiHost(of registry: String) -> String { registry == "docker.io" ? "registry-1.docker.io" : registry }

    /// Whether the settings name a host, as a registry or as a mirror: then a person meant it, wherever it is.
    func names(_ host: String) -> Bool {
        hosts[host] != nil || hosts.values.contains { $0.mirrors.contains(host) }
    }

    /// Whether a request for an image of `registry` may go to `origin` although that is this machine: a person named the
    /// one or the other, which is then the same host.
    func mayAskThisMachine(_ origin: HTTPOrigin, for registry: String) -> Bool {
        if names(origin.authority) { return true }
        return names(registry) && HTTPOrigin(url: "https://\(registry)")?.host == origin.host
    }

    /// Whether the token service of a registry gets the registry's credential. On the registry's own host that is the
    /// registry's own port or https's, whose certificate names the host; another port there needs an entry of its own.
    func mayHaveCredentials(_ service: HTTPOrigin, of registry: HTTPOrigin) -> Bool {
        guard service.host == registry.host, service.port != registry.port else { return true }
        return service.scheme == "https" && service.port == 443 || names(service.authority)
    }

    /// The schemes in which a registry is spoken to, in the order in which they are tried.
    ///
    /// On loopback, where no other machine can read along, http is tried when https fails, as Docker and containerd do;
    /// not when authorities are set, because then https is meant.
    func schemes(for registry: String) -> [String] {
        let host = hosts[registry]
        if host?.insecure == true { return ["http"] }
        guard host?.authorities == nil, let origin = HTTPOrigin(url: "https://\(registry)"),
            RegistryAddress.isLoopback(origin.host)
        else { return ["https"] }
        return ["https", "http"]
    }

    /// Whom to trust on a connection to `origin`, which belongs to a call to `registry`.
    ///
    /// Another port of the same host shares the registry's authorities; other hosts need an entry of their own.
    func security(for origin: HTTPOrigin, registry: String) -> HTTPSecurity {
        var authorities = hosts[origin.authority]?.authorities
        if authorities == nil, let own = HTTPOrigin(url: "https://\(RegistrySettings.apiHost(of: registry))"),
            own.host == origin.host
        {
            authorities = hosts[registry]?.authorities
        }
        return HTTPSecurity(trust: authorities.map { .only(authorities: $0) } ?? .system)
    }
}

extension HTTPOrigin {
    /// Scheme, host and port: what credentials are bound to.
    var key: String { "\(scheme)://\(urlHost):\(port)" }
}
