// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import Foundation

/// The runs of one competition as a table: medians, and their ratio to the fastest bare apply of the same pass.
struct CompetitionTable {
    private let objects: Int
    private let contestants: [Contestant]
    private var runs: [Contestant.Pass: [String: [ChildRun]]] = [:]

    init(objects: Int, contestants: [Contestant]) {
        self.objects = objects
        self.contestants = contestants
    }

    mutating func add(_ run: ChildRun, _ pass: Contestant.Pass, of contestant: Contestant) {
        runs[pass, default: [:]][contestant.name, default: []].append(run)
    }

    /// One table for each pass; `requests` says how many each contestant sent, pass by pass, where somebody counted.
    func text(requests: [String: [Int]]) -> String {
        Contestant.Pass.allCases.map { pass in
            var rows = [
                ["\(pass), \(objects) objects", "median", "of the floor", "fastest", "processor", "peak", "requests"]
            ]
            let floor = contestants.filter(\.isBare).compactMap { median(\.seconds, pass, $0) }.min()
            for contestant in contestants {
                guard let seconds = median(\.seconds, pass, contestant) else { continue }
                let all = runs[pass]?[contestant.name] ?? []
                let counted = requests[contestant.name] ?? []
                let count = pass == .cold && contestant.writes ? counted.first : counted.last
                rows.append([
                    contestant.name, "\(AlignedText.fixed(seconds, digits: 2)) s",
                    floor.map { "\(AlignedText.fixed(seconds / $0, digits: 2)) x" } ?? "",
                    "\(AlignedText.fixed(all.map(\.seconds).min() ?? 0, digits: 2)) s",
                    "\(AlignedText.fixed(median(\.processorSeconds, pass, contestant) ?? 0, digits: 2)) s",
                    "\(all.map(\.peakKilobytes).max() ?? 0) kB", count.map(String.init) ?? "",
                ])
            }
            return AlignedText.table(rows)
        }.joined(separator: "\n")
    }

    private func median(
        _ figure: (ChildRun) -> Double,
        _ pass: Contestant.Pass,
        _ contestant: Contestant
    ) -> Double? {
        let sorted = (runs[pass]?[contestant.name] ?? []).map(figure).sorted()
        return sorted.isEmpty ? nil : sorted[sorted.count / 2]
    }
}
