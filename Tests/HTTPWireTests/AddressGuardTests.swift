// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import TestKit
import Testing

/// Requests that must not reach this machine, whatever name leads there.
@Suite(.timeLimit(.minutes(1)))
struct AddressGuardTests {
    private func error(_ url: String) async -> HTTPError? {
        var request = HTTPRequest(url: url)
        request.avoidsThisMachine = true
        do throws(HTTPError) {
            _ = try await HTTPWire().send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "[::ffff:127.0.0.1]"])
    func `a name that leads to this machine is refused when it has been looked up`(host: String) async throws {
        try await withStubServer { _ in
            [.reply(200, "{}")]
        } _: { server in
            let error = await error("http://\(host):\(server.port)/")
            #expect(error?.reason == .refusedAddress, "\(String(describing: error))")
            #expect(error?.mayHaveBeenSent == false)
            #expect(server.requests.isEmpty)
        }
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("0.0.0.0", true), ("::", true),
        ("169.254.169.254", true),
        ("fe80::1", true), ("febf::1", true), ("::ffff:169.254.1.1", true), ("64:ff9b::a9fe:a9fe", true),
        ("100.100.100.200", true), ("168.63.129.16", true), ("192.0.0.192", true), ("fd00:ec2::254", true),
        ("fd00:ec2::23", true), ("fd00:ec2:1::1", true), ("fd20:ce::254", true), ("fd00:42::42", true),
        ("fd00:ec3::23", false), ("fd20:ce::253", false), ("fd00:42::43", false), ("253.0.14.194", false),
        ("10.0.0.1", false), ("192.168.1.1", false), ("172.16.0.1", false), ("8.8.8.8", false), ("fd00::1", false),
        ("2606:4700::1", false), ("64:ff9b::808:808", false), ("169.253.0.1", false),
    ])
    func `this machine, its link and metadata services are told from others`(text: String, isRefused: Bool) throws {
        #expect(try #require(IPAddress(text)).isOfThisMachine == isRefused)
    }
}
