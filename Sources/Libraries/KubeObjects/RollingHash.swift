// SPDX-License-Identifier: Apache-2.0

/// A hash of bytes that grows a byte at a time, under a key that is drawn anew in each process: what has it cannot be read
/// back, and nobody can choose texts that share one.
struct RollingHash {
    private static let key = UInt64.random(in: .min ... .max)

    private(set) var value = key

    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15
        value ^= value >> 29
    }
}
