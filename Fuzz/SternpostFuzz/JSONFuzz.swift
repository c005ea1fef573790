// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects

/// JSON texts: what we read is written as the same value, and we read nothing that Foundation refuses.
enum JSONFuzz {
    static func parse(_ bytes: [UInt8]) {
        do throws(JSONError) {
            let json = try JSONParser.parse(bytes)
            // Through our own text first: `1e3` prints as 1000, an integer, and -0.0 as -0, which is 0.
            guard let value = try? JSONParser.parse(json.text) else { fatalError("our JSON is none: \(json.text)") }
            guard let again = try? JSONParser.parse(value.text) else { fatalError("our JSON is none: \(value.text)") }
            require(again == value && again.hashValue == value.hashValue, "read twice it differs: \(value.text)")
            require(isForeignJSON(bytes), "Foundation refuses what we read")
        } catch {
            require(error.offset <= bytes.count && error.line >= 1, "an error outside of the text: \(error)")
            require(!error.problem.isEmpty, "an error without words")
        }
        checkDuplicates(bytes)
    }

    /// Foundation refuses lone halves of surrogate pairs, which Go reads as U+FFFD, and nests no deeper than we do.
    private static func isForeignJSON(_ bytes: [UInt8]) -> Bool {
        if bytes.firstRange(of: Array("\\u".utf8)) != nil { return true }
        return (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    /// Refusing repeated keys refuses nothing else.
    private static func checkDuplicates(_ bytes: [UInt8]) {
        let strict = JSONParser.Limits(rejectsDuplicateKeys: true)
        guard let json = try? JSONParser.parse(bytes, limits: strict) else { return }
        require(json == (try? JSONParser.parse(bytes)), "another value without duplicates")
    }
}
