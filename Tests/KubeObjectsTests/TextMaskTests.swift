// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import KubeObjects

/// The mask of an object's texts.
@Suite struct TextMaskTests {
    @Test func `in a hurry the texts of a long object are hidden as a whole where something in them is secret`() {
        let redactor = Redactor()
        redactor.register("hunter2")
        let object: JSON = ["a": .string(String(repeating: "word ", count: 20_000)), "b": "is hunter2"]
        let mask = TextMask(redactor: redactor, objects: [object])
        #expect(mask.ranges(in: "is hunter2") == [3..<10] && mask.ranges(in: "word").isEmpty)
        let harmless = TextMask(redactor: redactor, objects: [["b": "word"]])
        redactor.hurry()
        #expect(mask.ranges(in: "word") == [0..<4] && mask.ranges(in: "").isEmpty)
        // What is looked at in a hurry is not searched.
        #expect(TextMask(redactor: redactor, objects: [object]).ranges(in: "word") == [0..<4])
        #expect(harmless.ranges(in: "word").isEmpty)
    }
}
