// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeObjects
import Testing

/// The git library knows nothing of ours, and still takes the same characters for unseen.
@Suite(.timeLimit(.minutes(1))) struct UnseenRuleTests {
    @Test func `what is unseen to the git library is unseen to all others`() {
        let scalars = [0x21...0x1_FFFF, 0xE_0000...0xE_0FFF].joined().compactMap { Unicode.Scalar(UInt32($0)) }
        let others = scalars.filter { scalar in
            // An accent would be part of the letter in front of it, so scalars are compared.
            OneLine.text("a\(scalar)b").unicodeScalars.elementsEqual("a b".unicodeScalars) != scalar.isUnseen
        }
        #expect(others.isEmpty, "\(others.map { String($0.value, radix: 16) })")
    }
}
