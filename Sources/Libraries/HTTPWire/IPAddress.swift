// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An IPv4 or IPv6 address, as 4 or 16 bytes. IPv4 addresses written as IPv6 (`::ffff:a.b.c.d`) are IPv4.
struct IPAddress: Hashable {
    let bytes: [UInt8]

    /// Nil when the text is no address.
    init?(_ text: String) {
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = four
            return
        }
        var sixteen = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        bytes = sixteen.starts(with: mapped) ? Array(sixteen.dropFirst(12)) : sixteen
    }

    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }
}

/// A CIDR block such as `10.0.0.0/8`.
struct IPBlock {
    private let network: IPAddress
    private let length: Int

    /// Nil when the text is no block.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let network = IPAddress(String(parts[0])), let length = Int(parts[1]),
            (0...network.bytes.count * 8).contains(length)
        else { return nil }
        self.network = network
        self.length = length
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == network.bytes.count else { return false }
        return (0..<length).allSatisfy { bit in
            let mask = UInt8(0x80) >> (bit % 8)
            return address.bytes[bit / 8] & mask == network.bytes[bit / 8] & mask
        }
    }
}
