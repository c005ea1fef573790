// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A server's certificate and key: the paths of two PEM files.
package typealias TestIdentity = (certificate: String, key: String)

/// `git http-backend` behind nginx on a free port of 127.0.0.1: what a git server over http(s) really does.
///
/// Below `/git/` are the repositories of a folder; `/private/` is the same with a password; `/moved/` redirects to another
/// host over plain http, `/renamed/` to another path of this one; `/forbidden/`, `/failing/`, `/broken/`, `/empty/` and
/// `/page/` answer 403, 500, 502, nothing and a web page.
package final class GitHTTPServer: Sendable {
    package let port: Int
    /// `http://localhost:PORT` or `https://localhost:PORT`.
    package let url: String

    /// The name and password of `/private/`.
    package static let username = "deploy"
    package static let password = "correct-horse-battery"

    private let servers: [ServerProcess]

    /// Serves while `body` runs.
    ///
    /// - Parameters:
    ///   - repositories: The folder that holds the bare repositories.
    ///   - folder: Gets sockets, logs and configuration.
    ///   - identity: Makes it https.
    ///   - body: Uses the server.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, or ``MissingProgram``.
    package static func serving<Result>(
        _ repositories: URL,
        in folder: URL,
        identity: TestIdentity? = nil,
        _ body: (GitHTTPServer) async throws -> Result
    ) async throws -> Result {
        let server = try GitHTTPServer(repositories, folder: folder, identity: identity)
        defer { for process in server.servers { process.stop() } }
        try await eventually("nginx listens on port \(server.port): \(server.servers.map(\.output))") {
            Loopback.isOpen(server.port)
        }
        return try await body(server)
    }

    private init(_ repositories: URL, folder: URL, identity: TestIdentity?) throws {
        let port = try Loopback.freePort()
        let name = UUID().uuidString.prefix(8)
        let file = { (suffix: String) in folder.appending(path: "\(name).\(suffix)").path(percentEncoded: false) }
        let passwords = "\(GitHTTPServer.username):{PLAIN}\(GitHTTPServer.password)\n"
        try Data(passwords.utf8).write(to: URL(filePath: file("htpasswd")))
        let configuration = GitHTTPServer.configuration(port: port, repositories, identity: identity, file: file)
        try Data(configuration.utf8).write(to: URL(filePath: file("conf")))
        let log = { (name: String) in URL(filePath: file(name)) }
        let gateway = try ServerProcess(
            "fcgiwrap",
            ["-c", "4", "-s", "unix:\(file("sock"))"],
            package: "fcgiwrap",
            log: log("fcgiwrap.log")
        )
        do {
            let nginx = try ServerProcess(
                "nginx",
                ["-e", "stderr", "-c", file("conf"), "-p", folder.path(percentEncoded: false)],
                package: "nginx-light",
                log: log("nginx.log")
            )
            servers = [nginx, gateway]
        } catch {
            gateway.stop()
            throw error
        }
        self.port = port
        url = "\(identity == nil ? "http" : "https")://localhost:\(port)"
        accessLog = log("access.log")
    }

    /// What nginx serves; `file` makes a path of a suffix.
    private static func configuration(
        port: Int,
        _ repositories: URL,
        identity: TestIdentity?,
        file: (String) -> String
    ) -> String {
        let backend = """
            fastcgi_pass unix:\(file("sock"));
            fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
            fastcgi_param GIT_HTTP_EXPORT_ALL 1;
            fastcgi_param GIT_PROJECT_ROOT \(repositories.path(percentEncoded: false));
            fastcgi_param PATH_INFO $1;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
            fastcgi_param REMOTE_USER $remote_user;
            """
        let tls = identity.map { "ssl_certificate \($0.certificate); ssl_certificate_key \($0.key);" } ?? ""
        let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(file($0));" }
        return """
            \(geteuid() == 0 ? "user root;" : "")
            daemon off; master_process off; pid \(file("pid")); error_log stderr;
            events { worker_connections 64; }
            http {
              access_log \(file("access.log")); \(places.joined(separator: " "))
              server {
                listen 127.0.0.1:\(port)\(identity == nil ? "" : " ssl"); \(tls) client_max_body_size 0;
                location ~ ^/git(/.*)$ { \(backend) }
                location ~ ^/private(/.*)$ { auth_basic git; auth_basic_user_file \(file("htpasswd")); \(backend) }
                location /moved/ { return 302 http://127.0.0.2:\(port)$request_uri; }
                location /forbidden/ { return 403; }
                location /broken/ { return 502; }
                location /failing/ { return 500; }
                location /empty/ { default_type application/x-git-upload-pack-advertisement; return 200 ""; }
                location /renamed/ { return 301 $scheme://localhost:\(port)/git/posts.git/info/refs?$args; }
                location /page/ { default_type text/html; return 200 "a page"; }
              }
            }
            """
    }

    private let accessLog: URL

    /// The request lines answered so far.
    package var requests: [String] {
        let text = (try? String(contentsOf: accessLog, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "\"")
            return parts.count > 1 ? String(parts[1]) : nil
        }
    }
}
