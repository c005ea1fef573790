// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An IPv4 or IPv6 address, as 4 or 16 bytes. IPv4 addresses written as IPv6 (`::ffff:a.b.c.d`) are IPv4.
package struct IPAddress: Sendable, Hashable {
    let bytes: [UInt8]

    /// Nil when the text is no address in the usual spelling.
    package init?(_ text: String) {
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(bytes: four)
            return
        }
        var sixteen = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
        self.init(bytes: sixteen)
    }

    /// Nil unless there are 4 or 16 bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let isIPv4 = bytes.count == 16 && IPAddress.carriers.contains { bytes.starts(with: $0) }
        self.bytes = isIPv4 ? Array(bytes.dropFirst(12)) : bytes
    }

    /// What stands before an IPv4 address that is written as IPv6: mapped, and translated by NAT64.
    private static let carriers: [[UInt8]] = [
        [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF], [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8),
    ]

    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// Whether it leads to this machine, to its link, or to a metadata service, where clouds give their machines
    /// credentials: addresses from outside must not lead there. Other private networks do not count.
    package var isOfThisMachine: Bool {
        if isLoopback || IPAddress.metadata.contains(bytes) || bytes.allSatisfy({ $0 == 0 }) { return true }
        if bytes.count == 4 { return bytes[0] == 0 || bytes[0] == 169 && bytes[1] == 254 }
        return bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 || bytes.starts(with: IPAddress.amazon)
    }

    /// The metadata services that are on no link-local address: Alibaba, Azure, Oracle; Google and Scaleway over IPv6.
    private static let metadata: Set<[UInt8]> = [
        [100, 100, 100, 200], [168, 63, 129, 16], [192, 0, 0, 192],
        [0xFD, 0x20, 0, 0xCE] + [UInt8](repeating: 0, count: 10) + [0x02, 0x54],
        [0xFD, 0, 0, 0x42] + [UInt8](repeating: 0, count: 11) + [0x42],
    ]

    /// Where AWS has all its services of this kind over IPv6, pod identities of EKS among them: `fd00:ec2::/32`.
    private static let amazon: [UInt8] = [0xFD, 0, 0x0E, 0xC2]
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
