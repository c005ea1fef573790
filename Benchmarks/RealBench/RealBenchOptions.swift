// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import Foundation

/// What the command line asks for.
struct RealBenchOptions {
    /// The cluster's kubeconfig; its namespaces `bench` and `sternpost-bench` are deleted and made again.
    private(set) var kubeconfig: String
    /// The binaries that compete.
    private(set) var sternpost = ".build/release/sternpost"
    private(set) var kubectl = "kubectl"
    /// The binary with the embedded cluster, which does not compete.
    private(set) var lab = ".build/release/sternpost-lab"
    /// How often each contestant runs; they run in turn.
    private(set) var runs = 3
    /// About how many objects, one competition each.
    private(set) var objects: [Int] = []
    /// Whether the cluster is `sternpost-lab cluster`, started for this, instead of the kubeconfig's.
    private(set) var isEmbedded = false
    /// Whether `sync` also runs with its wait for health, which needs a cluster whose controllers run.
    private(set) var waitsForHealth = false
    /// Part of a contestant's name; empty for all.
    private var only = ""

    init(arguments: [String]) throws(BenchmarkError) {
        var kubeconfig = ""
        var rest = arguments[...]
        func value(of option: String) throws(BenchmarkError) -> String {
            guard let value = rest.popFirst(), !value.isEmpty else { throw BenchmarkError("\(option) needs a value") }
            return value
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--kubeconfig": kubeconfig = try value(of: argument)
            case "--sternpost": sternpost = try value(of: argument)
            case "--kubectl": kubectl = try value(of: argument)
            case "--lab": lab = try value(of: argument)
            case "--only": only = try value(of: argument)
            case "--wait": waitsForHealth = true
            case "--embedded": isEmbedded = true
            case "--runs":
                guard let count = Int(try value(of: argument)), count > 0 else {
                    throw BenchmarkError("--runs needs a number from 1")
                }
                runs = count
            default:
                guard let count = Int(argument), (5...100_000).contains(count) else {
                    throw BenchmarkError("unknown argument '\(argument)': give options or a count of objects")
                }
                objects.append(count)
            }
        }
        guard isEmbedded != !kubeconfig.isEmpty else {
            throw BenchmarkError(
                "which cluster? give --kubeconfig FILE (make bench-real KUBECONFIG=FILE) or --embedded"
            )
        }
        self.kubeconfig = isEmbedded ? "" : URL(filePath: kubeconfig).path
        if objects.isEmpty { objects = [1_000] }
    }

    func includes(_ name: String) -> Bool { only.isEmpty || name.contains(only) }

    /// The same, with another way to the cluster.
    func through(kubeconfig: String) -> RealBenchOptions {
        var options = self
        options.kubeconfig = kubeconfig
        return options
    }
}
