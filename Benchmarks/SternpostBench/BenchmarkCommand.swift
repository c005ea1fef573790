// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncSource

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
            let name = "YAML parsing by kubectl"
            guard options.includes(name) else { continue }
            let runs = options.runs ?? 5
            guard let times = try KubectlParsing.times(apps: (inputs.objects - 1) / 4, runs: runs) else { continue }
            let bytes = inputs.snapshot.files.reduce(0) { $0 + $1.bytes.count }
            table.add(name, .bytes, objects: inputs.objects, amount: bytes, Measurement(times: times))
        }
        print(table.text, terminator: "")
    }
}
