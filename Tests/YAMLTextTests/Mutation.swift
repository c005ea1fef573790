// SPDX-License-Identifier: Apache-2.0

/// Random numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// Texts made out of the tables' texts by small random changes: nearly YAML, which is where parsers differ and fail.
struct Mutation {
    private var random: SeededGenerator
    private static let alphabet = Array(
        " \n:-?,[]{}#&*!|>'\"%@`ab1.<~_\\0x=\t  \n\n\r\u{e9}\u{85}\u{2028}\u{feff}".unicodeScalars
    )
    private static let seeds: [[Unicode.Scalar]] = {
        let long = [
            "a:\n  - b: |\n      c\n      d\n    e: >-\n      f\n      g\n  - [h, {i: j}]\n",
            "a: 'x ''y'' z'\nb: \"q\\n\\\n   r\"\nc: >+\n\n  s\n\n   t\n  u\n\nd: |2-\n   v\n",
        ]
        let refused = DocumentTests.refused.map(\.text).filter { $0.utf8.count < 200 }
        let scalars = ScalarTests.plain.map { "a: \($0.text)\n" }
        return (DocumentTests.readable.map(\.text) + refused + scalars + long).map { Array($0.unicodeScalars) }
    }()

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// The next text.
    mutating func text() -> String {
        var text = pick(Self.seeds)
        if Bool.random(using: &random) { text += pick(Self.seeds) }
        for _ in 0..<Int.random(in: 1...6, using: &random) { change(&text) }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text)
        return String(scalars)
    }

    /// Bytes with a few of them changed to anything.
    mutating func bytes() -> [UInt8] {
        var bytes = Array(text().utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
            bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        return bytes
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }

    private mutating func change(_ text: inout [Unicode.Scalar]) {
        let place = Int.random(in: 0...text.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where place < text.count: text.remove(at: place)
        case 1 where place < text.count: text[place] = pick(Self.alphabet)
        case 2: text.insert(pick(Self.alphabet), at: place)
        default:
            let end = min(text.count, place + Int.random(in: 0...5, using: &random))
            text.insert(contentsOf: text[place..<end], at: Int.random(in: 0...text.count, using: &random))
        }
    }
}
