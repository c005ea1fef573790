// SPDX-License-Identifier: Apache-2.0
import GitStore

/// Rules for the names inside a commit: a server may send any bytes.
enum EntryName {
    /// What is wrong with a name, for the error text; nil when it is allowed.
    static func problem(_ name: [UInt8]) -> String? {
        if name.isEmpty { return "has an empty name" }
        if name.count > 255 { return "has a name longer than 255 bytes" }
        if name == [0x2e] || name == [0x2e, 0x2e] { return "is named . or .." }
        if name.count == 4, String(decoding: name, as: UTF8.self).lowercased() == ".git" { return "is named .git" }
        if name.contains(0x2f) { return "has a slash inside its name" }
        if name.contains(where: { $0 < 0x20 || $0 == 0x7f }) { return "has a control character in its name" }
        return nil
    }
}
