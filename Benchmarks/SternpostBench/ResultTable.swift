// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit

/// The figures as one table with aligned columns.
struct ResultTable {
    private var rows: [[String]] = [["what", "objects", "input", "median", "fastest", "rate", "peak memory", "runs"]]

    mutating func add(_ work: Workload, objects: Int, amount: Int, _ measurement: Measurement) {
        add(work.name, work.unit, objects: objects, amount: amount, measurement)
    }

    mutating func add(_ name: String, _ unit: Workload.Unit, objects: Int, amount: Int, _ measurement: Measurement) {
        let seconds = measurement.median / .seconds(1)
        let perSecond = Double(amount) / max(seconds, 1e-9)
        let (input, rate) =
            switch unit {
            case .bytes: ("\(Self.megabytes(amount)) MB", "\(AlignedText.fixed(perSecond / 1e6, digits: 1)) MB/s")
            case .objects: ("", "\(Int(perSecond.rounded())) objects/s")
            }
        rows.append([
            name, String(objects), input, Self.milliseconds(measurement.median),
            Self.milliseconds(measurement.fastest), rate,
            measurement.memoryGrowth.map { "+\(Self.megabytes($0)) MB" } ?? "unknown", String(measurement.runs),
        ])
    }

    var text: String { AlignedText.table(rows) }

    private static func milliseconds(_ time: Duration) -> String {
        "\(AlignedText.fixed(time / .milliseconds(1), digits: 2)) ms"
    }

    private static func megabytes(_ bytes: Int) -> String { AlignedText.fixed(Double(bytes) / 1e6, digits: 1) }
}
