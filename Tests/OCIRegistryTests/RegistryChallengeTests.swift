// SPDX-License-Identifier: Apache-2.0
import OCIRegistry
import Testing

/// `WWW-Authenticate`, as registries write it.
struct RegistryChallengeTests {
    private func bearer(_ parameters: [String: String]) -> RegistryChallenge {
        .init(scheme: .bearer, parameters: parameters)
    }

    @Test func `challenges are read with quotes, commas and escapes`() {
        let hub =
            #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#
        let read = RegistryChallenge.parse([hub])
        #expect(
            read == [
                bearer([
                    "realm": "https://auth.docker.io/token", "service": "registry.docker.io",
                    "scope": "repository:a/b:pull,push",
                ])
            ]
        )
        #expect(
            RegistryChallenge.parse([#"bearer REALM = "a\"b\\c" , x=y"#]) == [bearer(["realm": #"a"b\c"#, "x": "y"])]
        )
        #expect(
            RegistryChallenge.parse(["Bearer realm=https://x/t,service=s"]) == [
                bearer(["realm": "https://x/t", "service": "s"])
            ]
        )
    }

    @Test func `several challenges are read from one header and from many`() {
        let one = RegistryChallenge.parse([#"Negotiate abc==, Basic realm="r", Bearer realm="t",service="s""#])
        #expect(one.map(\.scheme) == [.basic, .bearer])
        #expect(one.last?.parameters == ["realm": "t", "service": "s"])
        let many = RegistryChallenge.parse(["NTLM", #"Basic realm="r""#, "Bearer"])
        #expect(many.map(\.scheme) == [.basic, .bearer])
        #expect(RegistryChallenge.parse(["Basic, Bearer realm=x"]).map(\.scheme) == [.basic, .bearer])
    }

    @Test(arguments: [
        "", ",,,", "=", "Bearer realm=\"open", "Bearer realm=\"open\\", "\"", "Bearer realm=\"a\" junk", "Digest x=y",
        "Bearer realm=", String(repeating: "Bearer a=b,", count: 10_000),
    ])
    func `a broken header is no challenge and no crash`(header: String) {
        #expect(RegistryChallenge.parse([header]).allSatisfy { $0.parameters["realm"] == nil })
    }

    @Test func `there are at most 16 challenges, and values end somewhere`() {
        #expect(RegistryChallenge.parse([String](repeating: "Basic, Bearer", count: 40)).count == 16)
        #expect(RegistryChallenge.parse(["Bearer realm=\"\(String(repeating: "a", count: 5000))\""]).isEmpty)
        let many = (0..<40).map { "p\($0)=x" }.joined(separator: ",")
        #expect(RegistryChallenge.parse(["Bearer \(many)"]).isEmpty)
    }
}
