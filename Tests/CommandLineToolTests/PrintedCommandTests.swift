// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CommandLineTool

/// Commands that the output tells a person to run.
struct PrintedCommandTests {
    @Test func `what is printed has the options that were given, where the command takes them`() {
        let bare = PrintedCommand()
        #expect(bare.approve("shop") == "sternpost approve shop")
        #expect(bare.approve("shop", hash: "0a") == "sternpost approve shop --hash 0a")
        let given = PrintedCommand(dataDir: "/d", kubeconfig: "k", context: "c", namespace: "ns")
        let place = "--kubeconfig k --context c --data-dir /d -n ns"
        #expect(given.approve("shop", hash: "0a") == "sternpost approve shop --hash 0a \(place)")
        #expect(given.resume("shop") == "sternpost resume shop \(place)")
        let release = "sternpost images release web -n shop --kubeconfig k --context c --data-dir /d"
        #expect(given.releaseImages(of: ["web", "-n", "shop"]) == release)
        #expect(given.show(7) == "sternpost show 7 --data-dir /d")
        #expect(given.history == "sternpost history --data-dir /d")
    }

    @Test(arguments: [
        ("/a/b-c_d.e", "/a/b-c_d.e"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("$HOME", "'$HOME'"), ("", "''"),
        ("é", "'é'"),
    ])
    func `a shell reads the words back`(word: String, printed: String) {
        #expect(PrintedCommand(dataDir: word).history == "sternpost history --data-dir \(printed)")
    }
}
