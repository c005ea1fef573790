// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import Foundation
import HTTPWire

/// nginx between a contestant and the API server, on loopback: its log has a line for each request. Only for runs that
/// are not timed.
struct CountingProxy {
    /// The same options with a kubeconfig that leads through the proxy.
    let options: RealBenchOptions
    private let process: ChildProcess
    private let log: URL

    /// Nil when nginx is not installed.
    init?(options: RealBenchOptions, folder: URL) throws {
        let candidates = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx"]
        guard let nginx = candidates.first(where: FileManager.default.isExecutableFile) else { return nil }
        let server = try BareServer(kubeconfig: options.kubeconfig)
        let port = try Self.freePort()
        log = folder.appending(path: "requests")
        let configuration = folder.appending(path: "nginx.conf")
        try Data(try Self.configuration(server, port: port, folder: folder, log: log).utf8).write(to: configuration)
        let kubeconfig = folder.appending(path: "proxy.kubeconfig")
        try Data(Self.kubeconfig(port: port).utf8).write(to: kubeconfig)
        self.options = options.through(kubeconfig: kubeconfig.path)
        let command = [nginx, "-c", configuration.path, "-e", folder.appending(path: "nginx.log").path]
        process = try ChildProcess(command, log: folder.appending(path: "nginx.out"))
        while (try? Data(contentsOf: folder.appending(path: "nginx.pid"))) == nil {
            guard process.isRunning else { throw BenchmarkError("nginx ended at once") }
            usleep(10_000)
        }
    }

    /// How many requests went through while the body ran.
    func count(_ body: () throws -> Void) throws -> Int {
        let before = try lines()
        try body()
        return try lines() - before
    }

    func stop() { process.end() }

    private func lines() throws -> Int { try Data(contentsOf: log).count { $0 == UInt8(ascii: "\n") } }

    private static func configuration(_ server: BareServer, port: UInt16, folder: URL, log: URL) throws -> String {
        var credentials = ""
        if let identity = server.security.identity {
            let (certificate, key) = (folder.appending(path: "client.crt"), folder.appending(path: "client.key"))
            try Data(identity.certificate).write(to: certificate)
            try Data(identity.key).write(to: key)
            credentials = "proxy_ssl_certificate \(certificate.path); proxy_ssl_certificate_key \(key.path);"
        }
        if let token = server.token { credentials += " proxy_set_header Authorization \"Bearer \(token)\";" }
        // With a path of its own in the server's URL, nginx joins the two only at a slash.
        let hasPath = server.url.drop { $0 != ":" }.dropFirst(3).contains("/")
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder.appending(path: $0).path);" }
        return """
            daemon off; master_process off; pid \(folder.appending(path: "nginx.pid").path);
            events { worker_connections 256; }
            http {
              log_format line '$request_method $request_uri $status'; access_log \(log.path) line;
              \(temporary.joined(separator: " "))
              client_max_body_size 8m; proxy_buffering off;
              server { listen 127.0.0.1:\(port); location / {
                proxy_pass \(server.url)\(hasPath ? "/" : ""); proxy_http_version 1.1; proxy_set_header Connection "";
                \(credentials)
              } }
            }

            """
    }

    private static func kubeconfig(port: UInt16) -> String {
        """
        {"apiVersion": "v1", "kind": "Config", "current-context": "proxy",
        "clusters": [{"name": "proxy", "cluster": {"server": "http://127.0.0.1:\(port)"}}],
        "users": [{"name": "proxy", "user": {}}],
        "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": "proxy"}}]}

        """
    }

    /// A port that nobody listens on now.
    private static func freePort() throws -> UInt16 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw BenchmarkError("no socket: \(String(cString: strerror(errno)))") }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        guard isBound else { throw BenchmarkError("no free port on loopback") }
        return UInt16(bigEndian: address.sin_port)
    }
}
