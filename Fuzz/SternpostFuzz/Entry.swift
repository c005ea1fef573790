// SPDX-License-Identifier: Apache-2.0
import CFuzzer
import Foundation

/// Hands the process to libFuzzer, whose options are the arguments; the environment names the target.
@main enum Entry {
    static func main() {
        guard FuzzTarget.chosen != nil else { exit(2) }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { start, count in
                FuzzTarget.chosen?.run(Array(UnsafeBufferPointer(start: start, count: count)))
                return 0
            }
        )
    }
}
