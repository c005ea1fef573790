// SPDX-License-Identifier: Apache-2.0

/// What a namespace may be called.
package enum NamespaceName {
    /// Why a text is no name of a namespace, with what is one; nil when it is.
    package static func problem(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        if let first = bytes.first, let last = bytes.last, bytes.count <= 63, isAlphanumeric(first),
            isAlphanumeric(last), bytes.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: "-") })
        {
            return nil
        }
        return "is no name of a namespace; use lower-case letters, digits and '-', at most 63 characters"
    }
}
