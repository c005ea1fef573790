// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text as one word that a shell reads back: as it is where that is plain, else in single quotes.
    package var shellWord: String {
        let isPlain = allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || "/._-:=@%+,".contains($0) }
        guard !isPlain || isEmpty else { return self }
        let escaped = replacing("'", with: #"'\''"#)
        return "'\(escaped)'"
    }
}
