// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import LabTool

/// What the binary holds of `examples-repo/`.
struct ExampleRepositoryTests {
    @Test func `the example repository in the binary is the one in the checkout`() throws {
        let files = try Checkout.files(below: "examples-repo")
        #expect(ExampleRepository.files.map(\.path) == files.map(\.path), "run make embed")
        for (embedded, file) in zip(ExampleRepository.files, files) {
            #expect(embedded.text == file.text, "\(file.path): run make embed")
        }
    }
}
