// SPDX-License-Identifier: Apache-2.0
import HTTPWire

/// Where an API server is, which certificates to trust, and which credentials to send. Holds secrets: it has no
/// description and is never stored.
package struct KubeConfiguration: Sendable {
    /// The URL without a trailing slash, such as `https://10.0.0.1:6443`.
    package let server: String
    /// The namespace of the context, `default` when it names none.
    package let namespace: String
    /// The context of the kubeconfig; empty inside of a cluster.
    package let contextName: String
    let security: HTTPSecurity
    let proxy: HTTPProxy
    let credentials: KubeCredentials
    /// `Impersonate-…` headers; empty without impersonation.
    let impersonation: [HTTPHeader]

    /// The client certificate that needs no plug-in; nil when there is none.
    var identity: HTTPSecurity.Identity? { security.identity }

    init(
        server: String,
        namespace: String,
        security: HTTPSecurity,
        proxy: HTTPProxy,
        credentials: KubeCredentials,
        impersonation: [HTTPHeader] = [],
        contextName: String = ""
    ) {
        self.server = server
        self.namespace = namespace.isEmpty ? "default" : namespace
        self.security = security
        self.proxy = proxy
        self.credentials = credentials
        self.impersonation = impersonation
        self.contextName = contextName
    }
}

/// How a client proves who it is, beside a client certificate.
enum KubeCredentials: Sendable, Hashable {
    case none
    case token(String)
    /// A file that others renew; read again at least each minute.
    case tokenFile(path: String)
    case basic(user: String, password: String)
    case plugin(ExecPlugin)
}
