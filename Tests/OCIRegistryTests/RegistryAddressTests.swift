// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import TestKit
import Testing

@testable import OCIRegistry

/// Where a registry may send its readers, and whom they trust there.
struct RegistryAddressTests {
    private func reason(_ url: String, from registry: String, _ settings: RegistrySettings = RegistrySettings())
        -> RegistryError.Reason?
    {
        guard let origin = HTTPOrigin(url: registry) else { return .configuration }
        do throws(RegistryError) {
            _ = try RegistryAddress.checked(url, from: origin, what: "token realm", settings: settings)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(
        arguments: [
            ("https://auth.docker.io/token", "https://registry-1.docker.io", true),
            ("http://auth.docker.io/token", "https://registry-1.docker.io", false),
            ("http://registry.io/token", "https://registry.io", false),
            ("http://127.0.0.1:5001/token", "http://127.0.0.1:5000", true),
            ("https://10.0.0.5/token", "https://10.0.0.5:5000", true),
            ("https://10.0.0.6/token", "https://10.0.0.5", false),
            ("https://172.16.0.1/", "https://r.io", false), ("https://172.32.0.1/", "https://r.io", true),
            ("https://[::1]/", "https://r.io", false), ("https://[::ffff:10.0.0.1]/", "https://r.io", false),
            ("https://[fe80::1]/", "https://r.io", false), ("https://[2606:4700::1]/", "https://r.io", true),
            ("https://0.0.0.0/", "https://r.io", false), ("https://127.1/", "https://r.io", false),
            ("https://a.localhost/", "https://r.io", false), ("https://u:p@a.io/", "https://r.io", false),
            ("https://a.io/#x", "https://r.io", false), ("https://a.io/ x", "https://r.io", false),
            ("https://ä.io/", "https://r.io", false), ("ftp://a.io/", "https://r.io", false),
        ]
    )
    func `R7: only https leads on from https, and nobody outside leads inside`(
        url: String,
        registry: String,
        isGood: Bool
    ) {
        #expect(reason(url, from: registry) == (isGood ? nil : .untrusted))
    }

    @Test func `an inner token service that the settings name is trusted`() {
        let settings = RegistrySettings(hosts: ["10.0.0.6": .init()])
        #expect(reason("https://10.0.0.6/token", from: "https://r.io", settings) == nil)
    }

    @Test func `an authority counts for its registry and no other host`() throws {
        let settings = RegistrySettings(
            hosts: ["r.io:5000": .init(authorities: [1]), "auth.io": .init(authorities: [2])]
        )
        func trust(_ url: String) throws -> HTTPSecurity.Trust {
            settings.security(for: try #require(HTTPOrigin(url: url)), registry: "r.io:5000").trust
        }
        #expect(try trust("https://r.io:5000/v2/") == .only(authorities: [1]))
        #expect(try trust("https://r.io:5001/token") == .only(authorities: [1]))
        #expect(try trust("https://auth.io/token") == .only(authorities: [2]))
        #expect(try trust("https://cdn.io/blob") == .system)
    }

    @Test func `http is spoken on loopback when https fails, where it is asked for, and nowhere else`() {
        let settings = RegistrySettings(hosts: ["r.io": .init(insecure: true), "localhost:1": .init(authorities: [1])])
        #expect(settings.schemes(for: "127.0.0.1:5000") == ["https", "http"])
        #expect(settings.schemes(for: "localhost") == ["https", "http"])
        #expect(settings.schemes(for: "[::1]:5000") == ["https", "http"])
        #expect(settings.schemes(for: "localhost:1") == ["https"])
        #expect(settings.schemes(for: "r.io") == ["http"])
        #expect(settings.schemes(for: "ghcr.io") == ["https"])
        #expect(settings.schemes(for: "127.0.0.1.evil.io") == ["https"])
    }

    @Test(
        arguments: [
            ("0", 0), ("120", 120), ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Thu, 29 Feb 2024 00:00:00 GMT", 86_400),
            ("Tue, 14 Nov 2023 22:13:21 GMT", 1), ("Wed, 15 Nov 2023 00:00:00 GMT", 6400), ("-5", nil), ("soon", nil),
            ("Tue, 99 Nov 2023 22:13:21 GMT", nil), ("Sat, 31 Feb 2026 00:00:00 GMT", nil), ("", nil),
            ("99999999999999999999", 86_400),
        ] as [(String, Int?)]
    )
    func `R2: a pause is seconds or a date, and at most a day`(text: String, seconds: Int?) {
        let now = Date(timeIntervalSince1970: 1_700_000_000)  // Tue, 14 Nov 2023 22:13:20 GMT
        #expect(RetryAfter.read(text, now: now) == seconds.map { .seconds($0) })
    }

    @Test func `R1: tokens are kept in bounded number`() {
        let store = TokenStore(clock: .system)
        for index in 0...TokenStore.maxTokens {
            let key = TokenStore.Key(origin: "https://r.io", repository: "\(index)", credential: nil)
            store.keep("t", for: key, life: .seconds(100 + index))
        }
        #expect(store.count == TokenStore.maxTokens)
        #expect(store.token(for: .init(origin: "https://r.io", repository: "0", credential: nil)) == nil)
        #expect(store.token(for: .init(origin: "https://r.io", repository: "1", credential: nil)) == "t")
    }
}
