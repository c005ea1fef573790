// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text as one word that a shell reads back: as it is where that is plain, else in single quotes.
    package var shellWord: String {
        let isPlain = unicodeScalars.allSatisfy { String.isPlainInShell($0) }
        guard !isPlain || isEmpty else { return self }
        // Scalar by scalar: a quote with a combining mark behind it is another Character, and ends the word for a shell.
        var escaped = ""
        for scalar in unicodeScalars {
            if scalar == "'" { escaped += #"'\''"# } else { escaped.unicodeScalars.append(scalar) }
        }
        return "'\(escaped)'"
    }

    private static func isPlainInShell(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: "/._-:=@%+,".unicodeScalars.contains(scalar)
        }
    }
}
