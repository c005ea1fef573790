// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `sternpost-bench [--only TEXT] [--runs N] [OBJECTS…]`: measures the pure part of a pass and prints one table.
@main
enum BenchmarkCommand {
    static func main() {
        do {
            try run()
        } catch {
            FileHandle.standardError.write(Data("sternpost-bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run() throws {
        let options = try BenchmarkOptions(arguments: Array(CommandLine.arguments.dropFirst()))
        var table = ResultTable()
        for objects in options.objects {
            let inputs = try BenchmarkInputs(objects: objects)
            for work in Workload.all where options.includes(work.name) {
                let measurement = try Measurement.take(runs: options.runs) { try work.run(inputs) }
                table.add(work, objects: inputs.objects, amount: work.amount(inputs), measurement)
            }
        }
        print(table.text, terminator: "")
    }
}
