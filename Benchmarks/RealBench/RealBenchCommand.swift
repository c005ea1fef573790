// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `sternpost-bench-real --kubeconfig FILE [--runs N] [--only TEXT] [OBJECTS…]`: Sternpost beside kubectl and beside the
/// least that any tool must do, against a real API server.
///
/// `sternpost-bench-real bare …` is that least: it is started by the first form as a process of its own.
@main
enum RealBenchCommand {
    static func main() async {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            if arguments.first == "bare" {
                try await BareApply(arguments: Array(arguments.dropFirst())).run()
            } else {
                let options = try RealBenchOptions(arguments: arguments)
                for objects in options.objects { try await Competition(options: options, objects: objects).run() }
            }
        } catch {
            FileHandle.standardError.write(Data("sternpost-bench-real: \(error)\n".utf8))
            exit(1)
        }
    }
}
