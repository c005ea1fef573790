// SPDX-License-Identifier: Apache-2.0

/// Masks texts of objects, quickly where there is nothing to mask.
package struct TextMask {
    private let redactor: Redactor
    private let secrets: Redactor?
    private let isNeeded: Bool
    /// Of all texts together.
    private let bytes: Int

    /// - Parameters:
    ///   - redactor: Knows the secrets of this process.
    ///   - secrets: The values of the objects themselves, when they are Secrets.
    ///   - objects: All text that will be asked for; looked through once.
    package init(redactor: Redactor = .shared, secrets: Redactor? = nil, objects: [JSON]) {
        self.redactor = redactor
        self.secrets = secrets
        var texts: [String] = []
        for object in objects { Self.collect(object, into: &texts) }
        bytes = texts.reduce(0) { $0 + $1.utf8.count }
        isNeeded = !redactor.ranges(in: texts.joined(separator: "\n"), as: .document, and: secrets).isEmpty
    }

    /// Where in the text stands what is known or shaped as a secret: ranges of its UTF-8 bytes, ascending and apart.
    func ranges(in text: String) -> [Range<Int>] {
        guard isNeeded else { return [] }
        if redactor.isHidden(bytes: bytes) { return text.isEmpty ? [] : [0..<text.utf8.count] }
        return redactor.ranges(in: text, as: .document, and: secrets)
    }

    private static func collect(_ json: JSON, into texts: inout [String]) {
        switch json {
        case .string(let text): texts.append(text)
        case .array(let elements): for element in elements { collect(element, into: &texts) }
        case .object(let members): for member in members { collect(member.value, into: &texts) }
        case .int, .double: if let number = json.longNumber { texts.append(number) }
        case .null, .bool: break
        }
    }
}

extension JSON {
    /// A number as it is written, where it has eight characters or more; nil for all else.
    var longNumber: String? {
        switch self {
        case .int, .double: text.utf8.count >= 8 ? text : nil
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
