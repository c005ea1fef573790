// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Base64 of the standard alphabet, with padding.
enum Base64 {
    /// The encoded UTF-8 bytes of a text.
    static func text(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// The number of bytes that an encoded text stands for; 0 when it is no Base64.
    static func decodedCount(_ text: String) -> Int { Data(base64Encoded: text)?.count ?? 0 }
}
