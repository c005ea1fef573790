// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

@Suite struct CountedTests {
    @Test(arguments: [(0, "0 objects"), (1, "1 object"), (2, "2 objects"), (-1, "-1 objects")])
    func `a number has the form of its noun that fits it`(count: Int, text: String) {
        #expect(count.counted("object") == text)
        #expect(Int64(count).counted("object") == text)
    }

    @Test(arguments: [(1, "1 replica is"), (2, "2 replicas are")])
    func `the verb follows the number, too`(count: Int, text: String) {
        #expect(count.counted("replica is", "replicas are") == text)
    }
}
