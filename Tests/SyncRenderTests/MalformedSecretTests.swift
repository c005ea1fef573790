// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncRender
import TestKit
import Testing

/// Every odd Secret either gives objects or problems, and what is said of it holds nothing of its value.
@Suite(.timeLimit(.minutes(2))) struct MalformedSecretTests {
    /// What is said when the shape is rendered, and whether it gave objects.
    private static func said(of shape: MalformedSecret, _ canary: SecretCanary) -> (lines: [String], isRead: Bool) {
        let text = shape.text(name: "shape", namespace: "shop", canary: canary)
        do throws(RenderFailure) {
            let set = try Renderer.render(Rendering.snapshot([("a.yaml", text)]))
            return (set.notices.map { "\($0.origin): \($0.message)" }, !set.objects.isEmpty)
        } catch {
            return (error.problems.map(\.description), false)
        }
    }

    @Test(arguments: MalformedSecret.all)
    func `rendering an odd Secret gives objects or problems, and never says its value`(shape: MalformedSecret) {
        let canary = SecretCanary()
        #expect(!canary.found(in: shape.text(name: "shape", namespace: "shop", canary: canary)).isEmpty)
        let (lines, isRead) = Self.said(of: shape, canary)
        #expect(isRead || !lines.isEmpty, "neither objects nor a problem")
        #expect(canary.found(in: lines.joined(separator: "\n")).isEmpty, "\(lines)")
    }

    @Test func `the odd Secrets are many, some are read and others are not`() {
        let canary = SecretCanary()
        let read = MalformedSecret.all.filter { Self.said(of: $0, canary).isRead }
        #expect(Set(MalformedSecret.all.map(\.description)).count == MalformedSecret.all.count)
        #expect(MalformedSecret.all.count - read.count >= 45 && read.count >= 12, "\(read.map(\.description))")
    }

    @Test func `a planted value is seen in every spelling`() {
        let canary = SecretCanary()
        for form in canary.forms { #expect(canary.found(in: "problem: \(form) is no map").contains(form)) }
        #expect(canary.found(in: "the value is no text").isEmpty)
    }

    @Test(arguments: 0..<6)
    func `a planted value is seen in the base64 of a longer text`(offset: Int) {
        let canary = SecretCanary()
        let text = String(repeating: "x", count: offset) + "\(canary.text) and more"
        #expect(!canary.found(in: Data(text.utf8).base64EncodedString()).isEmpty)
    }
}
