// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit

/// What the command line asks for.
struct BenchmarkOptions {
    /// About how many objects, one table section each.
    private(set) var objects: [Int] = []
    /// Timed runs of each workload; nil for as many as fit in a second, at least five.
    private(set) var runs: Int?
    /// Part of a workload's name; empty for all.
    private var only = ""

    init(arguments: [String]) throws(BenchmarkError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--only":
                guard let text = rest.popFirst() else { throw BenchmarkError("--only needs part of a name") }
                only = text
            case "--runs":
                guard let count = rest.popFirst().flatMap({ Int($0) }), count > 0 else {
                    throw BenchmarkError("--runs needs a number from 1")
                }
                runs = count
            default:
                guard let count = Int(argument), (5...100_000).contains(count) else {
                    throw BenchmarkError("unknown argument '\(argument)': give --only, --runs or a count of objects")
                }
                objects.append(count)
            }
        }
        if objects.isEmpty { objects = [100, 1_000, 10_000] }
    }

    func includes(_ name: String) -> Bool { only.isEmpty || name.contains(only) }
}
