// SPDX-License-Identifier: Apache-2.0

/// The grammar of image names (distribution/reference, regexp.go), as total functions over bytes.
enum Grammar {
    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    static func isSmall(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    static func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte) }
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isSmall(byte | 0x20) && byte >= 0x41 }

    /// `[\w][\w.-]{0,127}`.
    static func isTag(_ text: some StringProtocol) -> Bool {
        guard (1...128).contains(text.utf8.count), let first = text.utf8.first, first != 0x2E, first != 0x2D else {
            return false
        }
        return text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x5F || $0 == 0x2E || $0 == 0x2D }
    }

    /// Parts joined by `/`; each is runs of `a-z0-9` joined by `.`, `_`, `__` or dashes.
    static func isRepository(_ text: some StringProtocol) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            var separator: [UInt8] = []
            guard let first = part.first, let last = part.last, isSmall(first) || isDigit(first),
                isSmall(last) || isDigit(last)
            else { return false }
            for byte in part {
                if isSmall(byte) || isDigit(byte) {
                    guard isSeparator(separator) else { return false }
                    separator = []
                } else {
                    separator.append(byte)
                }
            }
            return true
        }
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        switch bytes {
        case [], [0x2E], [0x5F], [0x5F, 0x5F]: true
        default: bytes.allSatisfy { $0 == 0x2D }
        }
    }

    /// A host name, an IPv4 address or an IPv6 address in brackets, with or without a port.
    static func isRegistry(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        var host = bytes[...]
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close > 1,
                bytes[1..<close].allSatisfy({ $0 == 0x3A || isAlphanumeric($0) && isHexDigit($0 | 0x20) || isDigit($0) }
                )
            else { return false }
            let behind = bytes[(close + 1)...]
            return behind.isEmpty || behind.first == 0x3A && isPort(behind.dropFirst())
        }
        if let colon = bytes.firstIndex(of: 0x3A) {
            guard isPort(bytes[(colon + 1)...]) else { return false }
            host = bytes[..<colon]
        }
        return host.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.first, let last = label.last else { return false }
            return isAlphanumeric(first) && isAlphanumeric(last)
                && label.allSatisfy { isAlphanumeric($0) || $0 == 0x2D }
        }
    }

    /// 1 to 65535. The model takes any digits; a port beyond that can never be reached.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard (1...5).contains(bytes.count), bytes.allSatisfy(isDigit),
            let number = Int(String(decoding: bytes, as: UTF8.self))
        else { return false }
        return (1...65535).contains(number)
    }
}
