// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `sternpost-bench-real --kubeconfig FILE [--runs N] [--only TEXT] [OBJECTS…]`: Sternpost beside kubectl and beside the
/// least that any tool must do, against a real API server; with `--embedded` instead of a kubeconfig against the embedded
/// cluster, in a process of its own.
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
                for objects in options.objects {
                    guard options.isEmbedded else {
                        try await Competition(options: options, objects: objects).run()
                        continue
                    }
                    let cluster = try await EmbeddedProcess(lab: options.lab)
                    defer { cluster.stop() }
                    let through = options.through(kubeconfig: cluster.kubeconfig.path)
                    try await Competition(options: through, objects: objects).run()
                }
            }
        } catch {
            FileHandle.standardError.write(Data("sternpost-bench-real: \(error)\n".utf8))
            exit(1)
        }
    }
}
