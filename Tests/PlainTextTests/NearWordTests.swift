// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

/// What was probably meant by a word that there is not.
struct NearWordTests {
    @Test(arguments: [
        ("snc", "sync"), ("sync", "sync"), ("statsu", "status"), ("frobnicate", nil), ("", nil),
        (String(repeating: "s", count: 200), nil),
    ])
    func `the nearest word is asked for, when one is near`(word: String, near: String?) {
        let question = NearWord.question(word, in: ["sync", "status", "history"])
        #expect(question == near.map { "did you mean \($0)?" })
    }

    @Test func `where there are no words, none is near`() {
        #expect(NearWord.question("sync", in: []) == nil)
    }
}
