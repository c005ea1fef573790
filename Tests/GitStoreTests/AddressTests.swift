// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import Testing

@Suite struct AddressTests {
    static let accepted: [(text: String, scheme: GitAddress.Scheme, host: String, port: Int, url: String)] = [
        (
            "https://Git.Example.com/acme/posts.git", .https, "git.example.com", 443,
            "https://git.example.com/acme/posts.git"
        ),
        (
            "https://git.example.com:8443/a%20b.git", .https, "git.example.com", 8_443,
            "https://git.example.com:8443/a%20b.git"
        ),
        ("https://[::1]:8443/x.git", .https, "::1", 8_443, "https://[::1]:8443/x.git"),
        ("http://127.0.0.1:3000/x.git", .http, "127.0.0.1", 3_000, "http://127.0.0.1:3000/x.git"),
        ("http://localhost/x.git", .http, "localhost", 80, "http://localhost/x.git"),
        (
            "ssh://git@git.example.com/acme/posts.git", .ssh, "git.example.com", 22,
            "ssh://git@git.example.com/acme/posts.git"
        ),
        (
            "ssh://git.example.com:2222/~ada/posts.git", .ssh, "git.example.com", 2_222,
            "ssh://git@git.example.com:2222/~ada/posts.git"
        ),
        ("git@github.com:acme/posts.git", .ssh, "github.com", 22, "git@github.com:acme/posts.git"),
        ("github.com:acme/posts.git", .ssh, "github.com", 22, "git@github.com:acme/posts.git"),
        ("file:///srv/git/posts.git", .file, "", 0, "/srv/git/posts.git"),
        ("file:///srv/my%20posts.git", .file, "", 0, "/srv/my posts.git"),
        ("/srv/git/../posts.git", .file, "", 0, "/srv/posts.git"),
        ("//srv/git/posts.git", .file, "", 0, "/srv/git/posts.git"),
        ("/srv/co:lon/posts.git", .file, "", 0, "/srv/co:lon/posts.git"),
        ("git@github.com:acme/po@sts.git", .ssh, "github.com", 22, "git@github.com:acme/po@sts.git"),
    ]

    @Test(arguments: accepted)
    func `the usual forms are accepted`(
        text: String,
        scheme: GitAddress.Scheme,
        host: String,
        port: Int,
        url: String
    ) throws {
        let address = try GitAddress(text)
        #expect(address.scheme == scheme)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.url == url)
    }

    @Test func `a relative path is one of this folder`() throws {
        #expect(try GitAddress("posts").url == FileManager.default.currentDirectoryPath + "/posts")
    }

    static let refused: [(text: String, remedy: String)] = [
        ("", "git clone"), ("https://a b/x", "git clone"), ("https://git.example.com/x\n", "git clone"),
        ("git://git.example.com/x.git", "https or ssh"), ("ext::sh -c id", "git clone"),
        ("ftp://git.example.com/x", "https or ssh"),
        ("http://git.example.com/x.git", "use https"), ("http://127.0.0.1.example.com/x.git", "use https"),
        ("https://ada:hunter2@git.example.com/x.git", "credentials"),
        ("https://ada@git.example.com/x.git", "credentials"),
        ("ssh://ada:hunter2@git.example.com/x.git", "login"), ("ssh://-oProxyCommand=id@git.example.com/x", "login"),
        ("acme:hunter2@git.example.com/x.git", "credentials"), ("oauth2:hunter2@git.example.com:x.git", "credentials"),
        ("https:/ada:hunter2@git.example.com/x.git", "credentials"),
        ("//hunter2@git.example.com/x.git", "credentials"),
        ("hunter2@git.example.com/x.git", "credentials"),
        ("///ada:hunter2@git.example.com/x.git", "credentials"),
        ("https//hunter2@git.example.com/x.git", "credentials"),
        ("//ada:hunter2@git.example.com/x.git", "credentials"),
        ("https//ada:hunter2@git.example.com/x", "credentials"),
        ("ssh://-oProxyCommand=id/x", "host name"), ("-oProxyCommand=id:x", "host name"),
        ("https:///x.git", "host name"),
        ("https://git.example.com:0/x", "port"), ("https://git.example.com:99999/x", "port"),
        ("https://git.example.com:/x", "port"),
        ("https://git.example.com", "path"), ("https://git.example.com/", "path"),
        ("https://git.example.com/x?y=1", "path"),
        ("https://git.example.com/x#y", "path"), ("git@git.example.com:", "path"),
        ("git@git.example.com:x';id;'", "path"), ("ssh://git@git.example.com/$(id)", "path"),
        ("git@git.example.com:-x", "path"),
        ("file://other/x", "absolute path"),
    ]

    @Test(arguments: refused)
    func `what could mean something else is refused, without repeating a password`(text: String, remedy: String) {
        #expect { try GitAddress(text) } throws: { error in
            guard let error = error as? GitError else { return false }
            return error.reason == .configuration && error.message.contains(remedy)
                && !error.message.contains("hunter2")
        }
    }
}
