// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// About how much text a value takes as YAML. Computed without making the text, because deep indentation multiplies it.
struct YAMLSize {
    private(set) var lines = 0
    private(set) var bytes = 0

    init(_ json: JSON) { add(json, depth: 0) }

    private mutating func add(_ json: JSON, depth: Int) {
        switch json {
        case .null, .bool, .int, .double: line(8)
        case .string(let text):
            // A text of several lines stands as a block, indented.
            let breaks = text.utf8.count { $0 == 0x0A }
            lines += breaks + 1
            bytes += text.utf8.count + (breaks + 1) * (2 * depth + 1)
        case .array(let elements):
            if elements.isEmpty { line(2) }
            for element in elements {
                bytes += 2 * depth + 2
                add(element, depth: depth + 1)
            }
        case .object(let members):
            if members.isEmpty { line(2) }
            for member in members {
                line(2 * depth + member.key.utf8.count + 2)
                add(member.value, depth: depth + 1)
            }
        }
    }

    private mutating func line(_ length: Int) {
        lines += 1
        bytes += length
    }
}
