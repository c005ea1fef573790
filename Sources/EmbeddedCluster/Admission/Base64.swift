// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Base64 of the standard alphabet, with padding.
enum Base64 {
    /// The encoded UTF-8 bytes of a text.
    static func text(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// The bytes that an encoded text stands for; none when it is no Base64.
    static func bytes(_ text: String) -> [UInt8] { Data(base64Encoded: text).map(Array.init) ?? [] }
}
