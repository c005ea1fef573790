// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

@Suite struct HexadecimalTests {
    @Test(arguments: [([], ""), ([0], "00"), ([0x0F, 0xA0, 0xFF], "0fa0ff")] as [([UInt8], String)])
    func `each byte is two small digits`(bytes: [UInt8], text: String) {
        #expect(bytes.hexadecimal == text)
        #expect(text.isHexadecimal(digits: bytes.count * 2))
    }

    @Test(arguments: ["0FA0FF", "0fa0f", "0fa0fff", "0fa0fg", "0x0fa0", "0fa0f\u{301}", "٠١٢"])
    func `other text is no six digits`(text: String) { #expect(!text.isHexadecimal(digits: 6)) }
}
