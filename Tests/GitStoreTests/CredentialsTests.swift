// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import TestKit
import Testing

@Suite struct CredentialsTests {
    private func values(_ texts: [String: String]) -> [String: [UInt8]] { texts.mapValues { Array($0.utf8) } }

    @Test func `a folder of files is read like a mounted Secret`() async throws {
        try await withTemporaryFolder { folder in
            try Data("deploy\n".utf8).write(to: folder.appending(path: "username"))
            try Data("correct horse\n".utf8).write(to: folder.appending(path: "password"))
            try Data("ignored".utf8).write(to: folder.appending(path: "identity.pub"))
            let credentials = try GitCredentials.fromFolder(folder.path(percentEncoded: false))
            #expect(credentials.username == "deploy")
            #expect(credentials.password == "correct horse")
            #expect(credentials.token == nil)
        }
    }

    @Test func `every secret is handed to the redactor, alone and as it is sent`() throws {
        let texts = [
            "username": "u", "password": "p4ss", "token": "t0ken", "bearerToken": "b", "identity": "key",
            "known_hosts": "h",
        ]
        let secrets = try GitCredentials(values: values(texts)).secrets
        for secret in ["p4ss", "t0ken", "b", "key", "u:p4ss"] { #expect(secrets.contains(secret)) }
        #expect(!secrets.contains("h"))
    }

    static let incomplete: [(texts: [String: String], remedy: String)] = [
        (["password": "x"], "add the key username"), (["identity": "x"], "known_hosts"),
        (["username": "a\nb"], "one line"),
        (["token": "a\0b"], "not text"),
    ]

    @Test(arguments: incomplete)
    func `values that cannot work are refused with the remedy`(texts: [String: String], remedy: String) {
        #expect { try GitCredentials(values: values(texts)) } throws: { error in
            (error as? GitError)?.reason == .configuration && "\(error)".contains(remedy)
        }
    }

    @Test func `a folder without any known file is an error that lists them`() async throws {
        try await withTemporaryFolder { folder in
            let error = #expect(throws: GitError.self) {
                try GitCredentials.fromFolder(folder.path(percentEncoded: false))
            }
            #expect(error?.message.contains("known_hosts") == true)
        }
    }

    @Test func `bytes that are not text are refused, and so is more than a mebibyte`() {
        for bytes in [[0xff, 0xfe], [UInt8](repeating: 0x61, count: 1 << 20 + 1)] {
            #expect(throws: GitError.self) { try GitCredentials(values: ["token": bytes]) }
        }
    }
}
