// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text, or its beginning and its end with `…` in between when it has more than `limit` Unicode scalars.
    ///
    /// Not characters: one of these may have a megabyte of accents.
    package func withoutMiddle(keeping limit: Int) -> String {
        let scalars = unicodeScalars
        guard let cut = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            cut < scalars.endIndex
        else { return self }
        let tail = limit / 3
        return "\(String(scalars.prefix(limit - tail - 1)))…\(String(scalars.suffix(tail)))"
    }

    /// The longest beginning of the text that has at most so many UTF-8 bytes and splits no Unicode scalar.
    package func beginning(maxBytes: Int) -> Substring {
        guard utf8.count > maxBytes else { return self[...] }
        var cut = utf8.index(utf8.startIndex, offsetBy: maxBytes)
        while cut > startIndex, utf8[cut] & 0xC0 == 0x80 { cut = utf8.index(before: cut) }
        return self[..<cut]
    }
}
